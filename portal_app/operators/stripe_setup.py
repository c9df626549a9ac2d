"""`portal stripe setup`: the webhook endpoint with exactly the events that we handle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from portal_app.ingest.events import HANDLED_EVENTS
from portal_app.kit.errors import InvalidInput
from portal_app.provider.errors import ProviderMisconfigured
from portal_app.provider.stripe_account import PERMISSIONS, StripeAccount, stripe_account
from portal_app.settings import Mode, Settings

Say = Callable[[str], None]
WEBHOOK_PATH: Final = "/webhooks/stripe"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class CannotSetUp(ProviderMisconfigured):
    """The key may not manage webhook endpoints; the message is how to do it by hand."""


def webhook_url(settings: Settings) -> str:
    return settings.origin + WEBHOOK_PATH


def by_hand(settings: Settings) -> str:
    """What to enter in Stripe's dashboard: the endpoint, its events, the key's permissions."""
    events = "\n".join(f"  {event}" for event in HANDLED_EVENTS)
    permissions = "\n".join(f"  {permission}" for permission in PERMISSIONS)
    return (
        f"Webhook endpoint\n  {webhook_url(settings)}\n"
        f"Events ({len(HANDLED_EVENTS)})\n{events}\n"
        f"Permissions of a restricted key\n{permissions}\n"
        "Put the endpoint's signing secret into STRIPE_WEBHOOK_SECRET."
    )


async def set_up_stripe(settings: Settings, *, say: Say) -> str | None:
    """Create or correct the endpoint; the signing secret if it is new, as it is shown once.

    Raises
    ------
    InvalidInput
        In sandbox mode, and when Stripe could not reach the origin.
    CannotSetUp
        When the key is refused or lacks the permission.

    """
    if settings.mode is Mode.SANDBOX:
        raise InvalidInput("The sandbox needs no webhook endpoint. Set STRIPE_SECRET_KEY first.")
    if urlsplit(settings.origin).hostname in _LOCAL and settings.stripe_base is None:
        raise InvalidInput("Stripe can't reach this computer: set PORTAL_ORIGIN to your https URL.")
    async with stripe_account(settings.stripe_key, settings.stripe_base) as account:
        try:
            return await _ensure_endpoint(account, webhook_url(settings), say)
        except ProviderMisconfigured as refused:
            raise CannotSetUp(
                "Stripe refused the key, or it lacks “Webhook Endpoints: Write”.\n"
                f"Mend the key, or enter this in the dashboard:\n\n{by_hand(settings)}"
            ) from refused


async def _ensure_endpoint(account: StripeAccount, url: str, say: Say) -> str | None:
    ours = [endpoint for endpoint in await account.endpoints() if endpoint.url == url]
    if not ours:
        secret = await account.create_endpoint(url, HANDLED_EVENTS)
        say(f"Created the endpoint {url} with {len(HANDLED_EVENTS)} events.")
        return secret
    first, *others = ours
    if first.enabled and first.events == set(HANDLED_EVENTS):
        say(f"The endpoint {url} is as it should be.")
    else:
        await account.update_endpoint(first.id, HANDLED_EVENTS)
        say(f"Corrected the endpoint {url}: {len(HANDLED_EVENTS)} events, enabled.")
    for other in others:
        say(f"Delete {other.id} in the dashboard: it sends the same address every event again.")
    return None
