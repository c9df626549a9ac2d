"""What a mail says will be charged is what will be, with tax, discounts and credit."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.db import Database
from portal_app.notifications.mails import write_mail
from tests.conftest import Clocks
from tests.factories import NOW, PERIOD_END, make_membership, make_person
from tests.rows import make_row
from tests.unit.notifications.mail_shop import Shop, make_shop
from tests.unit.notifications.notice_scenes import SCENES


@pytest.fixture
async def shop(db: Database, clocks: Clocks, settings: Any) -> Shop:
    return await make_shop(db)


async def preview(shop: Shop, held: Any, amount: int) -> None:
    """The price with tax on it."""
    await shop.add(
        make_row,
        UpcomingCharge,
        {},
        stripe_subscription_id=held.stripe_subscription_id,
        customer_id=held.customer.id,
        currency="USD",
        subtotal_minor=2900,
        discount_minor=0,
        tax_minor=amount - 2900,
        total_minor=amount,
        balance_minor=0,
        amount_due_minor=amount,
        charge_at=PERIOD_END,
        observed_at=NOW,
    )


@pytest.mark.parametrize("name", ["renewal_short", "receipt"])
async def test_the_next_charge_is_as_the_provider_said(shop: Shop, name: str) -> None:
    """The golden mails of `renewal` and `trial_ending` say it of theirs."""
    async with shop.db.unit_of_work() as session:
        other = await make_membership(session, await make_person(session, "ben@example.com"))
    await preview(shop, other, 9999)
    kind, happen = SCENES[name]
    payload = await happen(shop)
    before = await write_mail(shop.message(kind, payload))
    await preview(shop, shop.held, 3451)
    said = await write_mail(shop.message(kind, payload))
    assert ("$34.51" in before.text, "$34.51" in said.text) == (False, True)
    assert "$99.99" not in before.text + said.text
