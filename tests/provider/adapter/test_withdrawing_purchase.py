"""A withdrawal from what was bought once: the money goes back, and with it the access, once."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.declarations.errors import AlreadyResolved
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.rules.withdrawal import GRACE
from portal_app.declarations.service import give_back, give_back_what_is_due
from portal_app.invoices.models import Refund
from portal_app.kit.db import Database
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.rules import MembershipStatus, StripeFacts, status_of
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import PaymentFacts
from tests.conftest import Clocks
from tests.provider.adapter.account import imported, one
from tests.provider.adapter.charging_shop import Shop
from tests.provider.adapter.test_declaring import ADA, declared, fresh_limits, mails, shop
from tests.provider.adapter.test_transfer_kinds import bought_once
from tests.provider.adapter.test_withdrawing import OPERATOR, WITHDRAWS, at_stripe, policy

__all__ = ["fresh_limits", "shop"]


async def withdrawn(shop: Shop) -> Declaration:
    await bought_once(shop)
    row = await declared(shop, ADA, WITHDRAWS, words="Course Library")
    assert row.finding is Finding.IN_TIME
    assert row.refund["back_minor"] == 9900
    return row


async def purchase(db: Database, row: Declaration) -> MembershipStatus:
    return status_of(StripeFacts.of(await one(db, Membership, id=row.membership_id)))


async def test_the_seller_gives_it_back_and_it_is_over(shop: Shop) -> None:
    row = await withdrawn(shop)
    assert await purchase(shop.db, row) is MembershipStatus.COMPLETED
    await give_back(shop.desk, OPERATOR, row.reference)
    assert at_stripe(shop) == (["active"] * 3, [9900])
    assert await purchase(shop.db, row) is MembershipStatus.CANCELED
    noted = await one(shop.db, Cancellation)
    assert (noted.reference, noted.membership_id) == (row.reference, row.membership_id)
    with pytest.raises(AlreadyResolved):
        await give_back(shop.desk, OPERATOR, row.reference)
    # What the webhook and the next reconciliation say is the same.
    await imported(shop.writer, shop.db)
    assert (await one(shop.db, Refund)).amount_minor == 9900
    assert await purchase(shop.db, row) is MembershipStatus.CANCELED


async def test_by_policy_it_goes_back_by_itself(shop: Shop, clocks: Clocks) -> None:
    await policy(shop, automatic=True)
    row = await withdrawn(shop)
    await mails(shop, ADA)
    clocks.wall.advance(GRACE)
    for _ in range(2):
        await give_back_what_is_due(shop.desk)
    assert at_stripe(shop)[1] == [9900]
    assert await purchase(shop.db, row) is MembershipStatus.CANCELED


async def test_what_went_back_already_is_not_given_twice(shop: Shop) -> None:
    row = await withdrawn(shop)
    paid = str((await one(shop.db, Membership, id=row.membership_id)).stripe_payment_intent_id)
    shop.client.v1.refunds.create({"payment_intent": paid})
    await imported(shop.writer, shop.db)
    with pytest.raises(NothingToCancel):
        await give_back(shop.desk, OPERATOR, row.reference)
    assert at_stripe(shop)[1] == [9900]


async def test_what_the_seller_gave_meanwhile_counts_and_the_rest_follows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten dollars at the dashboard, between what was written down and its sending."""
    row = await withdrawn(shop)
    paid = str((await one(shop.db, Membership, id=row.membership_id)).stripe_payment_intent_id)
    look = shop.writer.payment

    async def with_ten_less(payment_id: str) -> PaymentFacts:
        if not shop.client.v1.refunds.list().data:
            shop.client.v1.refunds.create({"payment_intent": paid, "amount": 1000})
        return await look(payment_id)

    monkeypatch.setattr(shop.writer, "payment", with_ten_less)
    await give_back(shop.desk, OPERATOR, row.reference)
    await imported(shop.writer, shop.db)
    assert sorted(at_stripe(shop)[1]) == [1000, 8900]
    assert await purchase(shop.db, row) is MembershipStatus.CANCELED


async def test_where_the_money_is_refused_it_goes_on_and_can_be_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await withdrawn(shop)

    async def refuses(*_args: Any, **_given: Any) -> None:
        raise RefusedByProvider("no")

    with monkeypatch.context() as patch:
        patch.setattr(type(shop.writer), "create_refund", refuses)
        with pytest.raises(RefusedByProvider):
            await give_back(shop.desk, OPERATOR, row.reference)
    assert await purchase(shop.db, row) is MembershipStatus.COMPLETED
    assert (await one(shop.db, Declaration, id=row.id)).finding is Finding.REFUSED
    await give_back(shop.desk, OPERATOR, row.reference)
    assert await purchase(shop.db, row) is MembershipStatus.CANCELED
