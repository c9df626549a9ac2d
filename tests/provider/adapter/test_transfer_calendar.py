"""13 months after a transfer: charged on the same days, the amount that was shown, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from portal_app.catalog.models import Interval
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Member
from portal_app.memberships.rules import nth_period_end
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one
from tests.provider.adapter.charging_shop import opened_shop
from tests.provider.adapter.handing_over import handover_of
from tests.provider.sandbox_server import SandboxServer


@pytest.mark.parametrize(
    ("start", "every", "moved_after"),
    [
        (datetime(2024, 2, 15, 9, 30, tzinfo=UTC), Interval.MONTH, 20),
        (datetime(2024, 3, 31, 9, 30, tzinfo=UTC), Interval.MONTH, 12),
        (datetime(2024, 3, 31, 9, 30, tzinfo=UTC), Interval.MONTH, 45),
        (datetime(2024, 2, 29, 9, 30, tzinfo=UTC), Interval.YEAR, 200),
    ],
    ids=["15th", "31st", "31st-after-a-short-month", "29-february"],
)
async def test_the_same_days_and_the_amount_that_was_shown(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    settings: Any,
    *,
    start: datetime,
    every: Interval,
    moved_after: int,
) -> None:
    counter_at.cache_clear()
    sandbox.advance_to(int(start.timestamp()))
    async with opened_shop(companies, client, sandbox, clocks, every=every.value) as shop:
        over = await handover_of(shop)
        sandbox.advance(moved_after * DAY)
        clocks.business.advance(timedelta(days=moved_after))
        await shop.learn()
        hers = len(client.v1.invoices.list({"subscription": shop.subs[0]}).data)
        transfer = await over.offered()
        await over.accept(shop.ben, transfer)
        await over.finish()
        began = clocks.business.at
        sandbox.advance(395 * DAY)
        member = await one(over.db, Member, id=over.member_id)
        _, new = await over.subscriptions(member.membership_id)
    listed = client.v1.invoices.list({"subscription": new.stripe_subscription_id, "limit": 100})
    paid = {
        datetime.fromtimestamp(invoice.period_end, UTC): invoice.amount_paid
        for invoice in listed.data
        if invoice.total
    }
    due = [nth_period_end(start, every, 1, n) for n in range(1, 30)]
    assert paid == {day: 2900 for day in due if began < day <= began + timedelta(days=395)}
    assert len(client.v1.invoices.list({"subscription": shop.subs[0]}).data) == hers
