"""`portal stripe setup` through the real SDK against a sandbox served over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal_app.ingest.events import HANDLED_EVENTS
from portal_app.ingest.importer import sync
from portal_app.kit.db import Database
from portal_app.kit.errors import InvalidInput, ProviderUnavailable
from portal_app.operators.stripe_setup import CannotSetUp, by_hand, set_up_stripe
from portal_app.provider import stripe_adapter
from portal_app.provider.objects import Kind
from portal_app.provider.stripe_account import PERMISSIONS
from portal_app.sandbox.http.parameters import words_of
from portal_app.settings import Settings
from tests.operators.conftest import Configure
from tests.provider.sandbox_server import SandboxServer

ORIGIN = "https://billing.example.com"
URL = f"{ORIGIN}/webhooks/stripe"


def at(stripe: SandboxServer, configure: Configure, **more: str) -> Settings:
    values = {"STRIPE_SECRET_KEY": "sk_test_1", "PORTAL_ORIGIN": ORIGIN, **more}
    return configure(STRIPE_API_BASE=stripe.origin, **values)


def endpoints(stripe: SandboxServer) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = stripe.raw("GET", "/v1/webhook_endpoints").json()["data"]
    return listed


async def test_a_new_account_gets_an_endpoint(stripe: SandboxServer, configure: Configure) -> None:
    said: list[str] = []
    secret = await set_up_stripe(at(stripe, configure), say=said.append)
    [endpoint] = endpoints(stripe)
    assert (endpoint["url"], endpoint["status"]) == (URL, "enabled")
    assert endpoint["enabled_events"] == list(HANDLED_EVENTS)
    assert secret is not None
    assert secret.startswith("whsec_")
    assert secret not in "".join(said)


async def test_a_second_time_changes_nothing(stripe: SandboxServer, configure: Configure) -> None:
    settings, said = at(stripe, configure), list[str]()
    await set_up_stripe(settings, say=said.append)
    before = endpoints(stripe)
    assert await set_up_stripe(settings, say=said.append) is None
    assert endpoints(stripe) == before
    assert "as it should be" in said[-1]


@pytest.mark.parametrize("wrong", ["enabled_events[0]=charge.succeeded", "disabled=true"])
async def test_a_wrong_endpoint_is_corrected(
    stripe: SandboxServer, configure: Configure, wrong: str
) -> None:
    settings, said = at(stripe, configure), list[str]()
    await set_up_stripe(settings, say=said.append)
    [endpoint] = endpoints(stripe)
    changed = stripe.raw("POST", f"/v1/webhook_endpoints/{endpoint['id']}", content=wrong)
    assert changed.status_code == 200
    assert await set_up_stripe(settings, say=said.append) is None
    assert endpoints(stripe) == [endpoint]
    assert "Corrected" in said[-1]


async def test_a_second_endpoint_is_pointed_out(
    stripe: SandboxServer, configure: Configure
) -> None:
    for _ in range(2):
        stripe.raw(
            "POST",
            "/v1/webhook_endpoints",
            content=f"url={URL}&enabled_events[0]=invoice.paid",
        )
    said: list[str] = []
    await set_up_stripe(at(stripe, configure), say=said.append)
    assert endpoints(stripe)[1]["id"] in said[-1]


async def test_other_endpoints_are_left_alone(stripe: SandboxServer, configure: Configure) -> None:
    other = "url=https://other.example.com/hook&enabled_events[0]=invoice.paid"
    stripe.raw("POST", "/v1/webhook_endpoints", content=other)
    before = endpoints(stripe)
    await set_up_stripe(at(stripe, configure), say=lambda _line: None)
    assert endpoints(stripe)[1:] == before


@pytest.mark.parametrize("key", ["sk_test_expired", "rk_test_without_webhook_endpoints"])
async def test_without_the_permission_it_says_what_to_enter(
    stripe: SandboxServer, configure: Configure, key: str
) -> None:
    settings = at(stripe, configure, STRIPE_SECRET_KEY=key)
    with pytest.raises(CannotSetUp) as refused:
        await set_up_stripe(settings, say=lambda _line: None)
    assert by_hand(settings) in refused.value.sentence
    assert endpoints(stripe) == []


def test_by_hand_names_all_of_it(configure: Configure) -> None:
    text = by_hand(configure(PORTAL_ORIGIN=ORIGIN))
    for part in (URL, *HANDLED_EVENTS, *map(str, PERMISSIONS)):
        assert part in text


async def test_the_sandbox_and_this_computer_are_refused(configure: Configure) -> None:
    with pytest.raises(InvalidInput, match="sandbox"):
        await set_up_stripe(configure(), say=lambda _line: None)
    with pytest.raises(InvalidInput, match="PORTAL_ORIGIN"):
        await set_up_stripe(configure(STRIPE_SECRET_KEY="sk_test_1"), say=lambda _line: None)


async def test_an_unreachable_stripe_is_no_success(configure: Configure) -> None:
    settings = configure(
        STRIPE_SECRET_KEY="sk_test_1", STRIPE_API_BASE="http://127.0.0.1:1", PORTAL_ORIGIN=ORIGIN
    )
    with pytest.raises(ProviderUnavailable):
        await set_up_stripe(settings, say=lambda _line: None)


def test_every_event_is_one_of_stripe() -> None:
    assert set(HANDLED_EVENTS) <= set(words_of("WebhookEndpointCreateParams", "enabled_events"))


async def test_every_event_is_about_what_is_imported(
    stripe: SandboxServer, db: Database, configure: Configure
) -> None:
    provider = stripe_adapter.StripeProvider("sk_test_1", stripe.origin)
    try:
        report = await sync(provider, db, progress=lambda _kind, _count: None)
    finally:
        await provider.close()
    # Deleted customers are no listing: they are told by an event, or by their absence.
    told = {f"{kind.replace('_', ' ')}s" for kind in Kind}
    # Nor are setups: what they saved is among the payment methods.
    assert told - {"setup intents"} == set(report.kinds) - {"deleted customers"}


def test_no_permission_is_asked_for_in_vain() -> None:
    """That none is missing is seen where everything is called: `tests/contract`."""
    folder = Path(stripe_adapter.__file__).parent
    verbs = "".join(one.read_text() for one in (folder / "stripe" / "verbs").glob("*.py"))
    reads = "".join(one.read_text() for one in folder.glob("stripe_*.py"))
    for permission in PERMISSIONS:
        if permission.path != "webhook_endpoints":
            source = verbs if permission.access == "Write" else verbs + reads
            assert f'"/v1/{permission.path.replace(".", "/")}' in source, permission
