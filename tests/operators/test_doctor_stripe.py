"""Stripe's side of `portal doctor`, against a sandbox served over HTTP and really set wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal_app.ingest.events import HANDLED_EVENTS
from portal_app.kit import clock
from portal_app.operators.doctor import Finding, Verdict
from portal_app.operators.doctor.stripe_checks import check_stripe
from portal_app.operators.stripe_setup import set_up_stripe
from portal_app.provider.stripe_account import StripeTime
from portal_app.settings import Settings
from tests.conftest import Clocks
from tests.operators.conftest import Configure
from tests.provider.sandbox_server import SandboxServer, free_port

ORIGIN = "https://billing.example.com"
GOOD = {
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "PORTAL_ORIGIN": ORIGIN,
}


async def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.about: finding async for finding in check_stripe(settings)}


async def checked(
    stripe: SandboxServer, configure: Configure, *, with_endpoint: bool = True, **values: str
) -> dict[str, Finding]:
    good = configure(STRIPE_API_BASE=stripe.origin, **GOOD)
    if with_endpoint:
        await set_up_stripe(good, say=lambda _line: None)
    return await findings(configure(**values) if values else good)


def failed(found: dict[str, Finding]) -> dict[str, str]:
    return {about: one.mend for about, one in found.items() if one.verdict is Verdict.FAILURE}


async def test_an_account_as_it_should_be(stripe: SandboxServer, configure: Configure) -> None:
    found = await checked(stripe, configure)
    assert {one.verdict for one in found.values()} == {Verdict.OK}
    assert list(found) == ["stripe key", "clock", "webhook", "webhook secret"]


async def test_the_sandbox_has_no_stripe_to_ask(configure: Configure) -> None:
    assert await findings(configure()) == {}


async def test_a_key_that_was_rolled(stripe: SandboxServer, configure: Configure) -> None:
    found = await checked(stripe, configure, STRIPE_SECRET_KEY="sk_test_expired")
    assert list(failed(found)) == ["stripe key"]
    assert "dashboard" in found["stripe key"].mend


async def test_a_stripe_that_is_away(configure: Configure) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    found = await findings(configure(STRIPE_API_BASE=away, **GOOD))
    assert "outgoing https" in failed(found)["stripe key"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("invoices", "Invoices: Write"),
        ("checkout_sessions", "Checkout Sessions: Write"),
        ("products", "Products: Read"),
        ("webhook_endpoints", "Webhook Endpoints: Write"),
    ],
)
async def test_a_permission_that_is_missing(
    stripe: SandboxServer, configure: Configure, path: str, named: str
) -> None:
    found = await checked(stripe, configure, STRIPE_SECRET_KEY=f"rk_test_without_{path}")
    assert found["stripe key"].says == f"lacks {named}"
    assert list(failed(found)) == ["stripe key"]


async def test_no_endpoint(stripe: SandboxServer, configure: Configure) -> None:
    found = await checked(stripe, configure, with_endpoint=False)
    assert failed(found) == {"webhook": "run `portal stripe setup`"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("enabled_events[0]=invoice.paid", f"{len(HANDLED_EVENTS) - 1} events"),
        ("disabled=true", "switched off"),
        ("url=https://old.example.com/webhooks/stripe", "no endpoint"),
    ],
)
async def test_an_endpoint_that_is_wrong(
    stripe: SandboxServer, configure: Configure, wrong: str, says: str
) -> None:
    await checked(stripe, configure)
    [endpoint] = stripe.raw("GET", "/v1/webhook_endpoints").json()["data"]
    stripe.raw("POST", f"/v1/webhook_endpoints/{endpoint['id']}", content=wrong)
    found = await checked(stripe, configure, with_endpoint=False)
    assert failed(found) == {"webhook": "run `portal stripe setup`"}
    assert says in found["webhook"].says


async def test_the_same_endpoint_twice(stripe: SandboxServer, configure: Configure) -> None:
    await checked(stripe, configure)
    content = f"url={ORIGIN}/webhooks/stripe&" + "&".join(
        f"enabled_events[{number}]={event}" for number, event in enumerate(HANDLED_EVENTS)
    )
    stripe.raw("POST", "/v1/webhook_endpoints", content=content)
    found = await checked(stripe, configure, with_endpoint=False)
    assert found["webhook"].verdict is Verdict.WARNING
    assert "dashboard" in found["webhook"].mend


@pytest.mark.parametrize("secret", ["", "we_1"])
async def test_a_signing_secret_that_is_none(
    stripe: SandboxServer, configure: Configure, secret: str
) -> None:
    found = await checked(stripe, configure, STRIPE_WEBHOOK_SECRET=secret)
    assert list(failed(found)) == ["webhook secret"]


@pytest.mark.parametrize(
    ("wrong_by", "direction"),
    [(timedelta(minutes=10), "ahead of"), (timedelta(minutes=-10), "behind")],
)
async def test_a_clock_that_is_wrong(
    stripe: SandboxServer,
    configure: Configure,
    clocks: Clocks,
    wrong_by: timedelta,
    direction: str,
) -> None:
    clocks.wall.at = clock.SystemClock().now() + wrong_by
    found = await checked(stripe, configure)
    assert list(failed(found)) == ["clock"]
    assert direction in found["clock"].says
    assert "synchronisation" in found["clock"].mend


@pytest.mark.parametrize(
    ("asked", "answered", "skew"),
    [(0.0, 0.2, 0), (0.9, 1.1, 0), (-3.0, 3.0, 0), (6.0, 6.1, 5), (-6.1, -6.0, -6)],
)
def test_only_what_is_certain_is_skew(asked: float, answered: float, skew: float) -> None:
    """Their header has whole seconds, and an answer takes its time."""
    theirs = datetime(2026, 11, 16, tzinfo=UTC)
    at = [theirs + timedelta(seconds=seconds) for seconds in (asked, answered)]
    assert StripeTime(theirs, at[0], at[1]).skew_seconds == pytest.approx(skew)
