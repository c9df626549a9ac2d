"""Where Stripe's log no longer reaches back, nothing is left out of the comparison."""

from __future__ import annotations

from datetime import timedelta

import stripe

from portal_app.ingest.reconciling import (
    EVERY,
    LOG_REACHES,
    reconcile_events,
    reconcile_if_due,
    what_is_due,
)
from portal_app.ingest.turns import Kind
from portal_app.kit.clock import from_unix
from portal_app.kit.db import Database
from portal_app.provider.stripe_objects import StripeObjects
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, customer, imported
from tests.provider.adapter.inbox_world import lively
from tests.provider.adapter.test_reconcile import agrees, source
from tests.provider.sandbox_server import SandboxServer

__all__ = ["source"]


async def test_after_a_longer_gap_than_the_log_reaches_everything_is_compared(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """Nothing tells any more that an old payment was refunded, and by what a purchase was paid."""
    clocks.business.at = from_unix(sandbox.now())
    lively(client, sandbox)
    await imported(source, companies)
    sandbox.advance(60 * DAY)
    for payment in client.v1.payment_intents.list({"limit": 100}).data:
        if payment.status == "succeeded":
            client.v1.refunds.create({"payment_intent": payment.id, "amount": 100})
    former = client.v1.customers.list({"email": "ben@example.com"}).data[0]
    client.v1.payment_methods.attach("pm_card_mastercard", {"customer": former.id})
    sandbox.advance(int(LOG_REACHES.total_seconds()))
    clocks.business.at = from_unix(sandbox.now())
    clocks.wall.advance(timedelta(minutes=1))
    assert await what_is_due(companies) is Kind.FULL
    await reconcile_if_due(source, companies)
    assert await what_is_due(companies) is None
    # Only what lies in the overlap is heard of again.
    log = await reconcile_events(source, companies)
    assert log is not None
    assert log.seen < 10
    assert await agrees(companies, source, clocks)


async def test_an_account_where_nothing_happens_has_no_gap(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """The log was read to its end each time, so its newest event may be as old as it likes."""
    customer(client)
    clocks.business.at = from_unix(sandbox.now())
    await imported(source, companies)
    due = []
    for _ in range(40):
        sandbox.advance(DAY)
        clocks.business.at = from_unix(sandbox.now())
        clocks.wall.advance(EVERY[Kind.EVENTS])
        due.append(await what_is_due(companies))
        await reconcile_if_due(source, companies)
    assert set(due) == {Kind.EVENTS}


async def test_a_gap_without_any_event_is_closed_by_one_comparison(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    customer(client)
    clocks.business.at = from_unix(sandbox.now())
    await imported(source, companies)
    sandbox.advance(int(LOG_REACHES.total_seconds()) + DAY)
    clocks.business.at = from_unix(sandbox.now())
    due = []
    for _ in range(3):
        clocks.wall.advance(EVERY[Kind.EVENTS])
        due.append(await what_is_due(companies))
        await reconcile_if_due(source, companies)
    assert due == [Kind.FULL, Kind.EVENTS, Kind.EVENTS]
