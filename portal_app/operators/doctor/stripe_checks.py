"""Whether Stripe takes our key, allows what we do, sends events here, and agrees on the time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

from portal_app.ingest.events import HANDLED_EVENTS
from portal_app.kit.errors import PortalError
from portal_app.operators.doctor.findings import Finding, failure, fine, warning
from portal_app.operators.stripe_setup import webhook_url
from portal_app.provider.errors import ProviderMisconfigured
from portal_app.provider.stripe_account import (
    PERMISSIONS,
    StripeTime,
    WebhookEndpoint,
    stripe_account,
)
from portal_app.settings import Mode, Settings

LARGEST_SKEW_SECONDS: Final = 5.0


async def check_stripe(settings: Settings) -> AsyncIterator[Finding]:
    """Nothing in sandbox mode, where there is no Stripe to ask."""
    if settings.mode is Mode.SANDBOX:
        return
    async with stripe_account(settings.stripe_key, settings.stripe_base) as account:
        try:
            lacking = [one for one in PERMISSIONS if not await account.allows(one)]
            yield _permissions([str(permission) for permission in lacking])
            if not any(permission.path == "products" for permission in lacking):
                yield _clock(await account.time())
            if not any(permission.path == "webhook_endpoints" for permission in lacking):
                for finding in _webhook(settings, await account.endpoints()):
                    yield finding
        except PortalError as error:
            yield _refused(error)
    yield _signing_secret(settings)


def _refused(error: PortalError) -> Finding:
    if isinstance(error, ProviderMisconfigured):
        return failure(
            "stripe key",
            "Stripe refuses it: it is mistyped, rolled or expired",
            "copy it anew from the dashboard (Developers, API keys) into STRIPE_SECRET_KEY",
        )
    return failure(
        "stripe key",
        "Stripe can't be reached",
        "allow outgoing https to Stripe, and check STRIPE_API_BASE (tests only)",
    )


def _permissions(lacking: list[str]) -> Finding:
    if not lacking:
        return fine("stripe key", "may read all that is needed")
    return failure(
        "stripe key",
        f"lacks {', '.join(lacking)}",
        "edit the restricted key in the dashboard; `portal stripe setup --print` lists them all",
    )


def _clock(time: StripeTime) -> Finding:
    skew = time.skew_seconds
    if abs(skew) <= LARGEST_SKEW_SECONDS:
        return fine("clock", "agrees with Stripe's")
    direction = "ahead of" if skew > 0 else "behind"
    return failure(
        "clock",
        f"{abs(skew):.0f} s {direction} Stripe's: signatures and sign-in codes will be refused",
        "switch on time synchronisation (systemd-timesyncd, chrony)",
    )


def _webhook(settings: Settings, endpoints: list[WebhookEndpoint]) -> Iterator[Finding]:
    url = webhook_url(settings)
    ours = [endpoint for endpoint in endpoints if endpoint.url == url]
    if not ours:
        yield failure("webhook", f"no endpoint sends to {url}", "run `portal stripe setup`")
        return
    endpoint = ours[0]
    wrong = len(endpoint.events ^ set(HANDLED_EVENTS))
    if not endpoint.enabled:
        yield failure("webhook", "the endpoint is switched off", "run `portal stripe setup`")
    elif wrong:
        says = f"{wrong} events too few or too many"
        yield failure("webhook", says, "run `portal stripe setup`")
    else:
        yield fine("webhook", f"{len(HANDLED_EVENTS)} events to {url}")
    if len(ours) > 1:
        says = f"{len(ours)} endpoints send the same events here"
        yield warning("webhook", says, "delete all but one in the dashboard")


def _signing_secret(settings: Settings) -> Finding:
    secret = settings.stripe_webhook_secret.get_secret_value()
    if secret.startswith("whsec_"):
        return fine("webhook secret", "given")
    return failure(
        "webhook secret",
        "is not one: it starts with whsec_" if secret else "missing: no event can be believed",
        "set STRIPE_WEBHOOK_SECRET to the endpoint's signing secret; "
        "`portal stripe setup` prints that of a new endpoint",
    )
