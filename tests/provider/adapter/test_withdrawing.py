"""A withdrawal that is carried out: it ends at once, and exactly what was computed goes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from portal_app.catalog.models import Creator, CreatorRole
from portal_app.declarations.errors import AlreadyResolved, DeclarationNotFound, NothingToGiveBack
from portal_app.declarations.limits import may_mail_seller
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.links import undo_token_of
from portal_app.declarations.rules.withdrawal import GRACE
from portal_app.declarations.service import give_back, give_back_what_is_due, undo
from portal_app.declarations.views.findings import found_text
from portal_app.identity.actor import ActorKind, Author
from portal_app.intents.models import Intent
from portal_app.invoices.models import Payment
from portal_app.kit.clock import wall_now
from portal_app.memberships import exit_repository
from portal_app.memberships.models import Cancellation, Member
from portal_app.memberships.service import WITHDRAW
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.errors import RefusedByProvider
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.factories import make_configuration, make_person
from tests.provider.adapter.account import DAY, one
from tests.provider.adapter.charging_shop import Shop
from tests.provider.adapter.test_declaring import (
    ADA,
    BEN,
    CLEO,
    company_of,
    declared,
    fresh_limits,
    mails,
    shop,
)

__all__ = ["fresh_limits", "shop"]
WITHDRAWS = DeclarationKind.WITHDRAWAL
OPERATOR = Author(ActorKind.OPERATOR)


async def policy(shop: Shop, **withdraw: bool) -> None:
    company = await company_of(shop)
    async with shop.db.unit_of_work() as session:
        await make_configuration(session, company, body={"withdraw": withdraw})


async def owned_by_cleo(shop: Shop) -> None:
    """So that somebody is told of what waits."""
    company = await company_of(shop)
    async with shop.db.unit_of_work() as session:
        owner = (await make_person(session, CLEO)).id
        place: dict[str, Any] = {"role": CreatorRole.OWNER, "created_at": wall_now()}
        session.add(Creator(company_id=company.id, person_id=owner, **place))


def at_stripe(shop: Shop) -> tuple[list[str], list[int]]:
    """Statuses of the subscriptions, and what was refunded."""
    subs = shop.client.v1.subscriptions.list({"status": "all"}).data
    return sorted(sub.status for sub in subs), [
        one.amount for one in shop.client.v1.refunds.list().data
    ]


async def test_the_seller_ends_it_and_what_was_computed_goes_back_once(
    shop: Shop, clocks: Clocks
) -> None:
    await policy(shop, pro_rata=True)
    clocks.business.advance(timedelta(days=3))
    row = await declared(shop, BEN, WITHDRAWS)
    await give_back(shop.desk, OPERATOR, row.reference.lower())
    assert at_stripe(shop) == (["active", "active", "canceled"], [2600])
    noted = await one(shop.db, Cancellation)
    assert (noted.reference, noted.source) == (row.reference, "statutory")
    assert noted.confirmed_at is not None
    with pytest.raises(AlreadyResolved):
        await give_back(shop.desk, OPERATOR, row.reference)
    assert at_stripe(shop)[1] == [2600]


async def test_only_a_withdrawal_in_time_from_one_membership_is_carried_out(shop: Shop) -> None:
    several = await declared(shop, ADA, WITHDRAWS)
    assert several.finding is Finding.SEVERAL
    with pytest.raises(NothingToGiveBack):
        await give_back(shop.desk, OPERATOR, several.reference)
    with pytest.raises(DeclarationNotFound):
        await give_back(shop.desk, OPERATOR, "W-0000-0000")
    assert at_stripe(shop) == (["active"] * 3, [])


@pytest.mark.parametrize("taken_back", [False, True])
async def test_by_policy_it_is_carried_out_a_day_later_unless_taken_back(
    shop: Shop, clocks: Clocks, taken_back: bool
) -> None:
    await policy(shop, automatic=True)
    row = await declared(shop, BEN, WITHDRAWS)
    assert len(await mails(shop, BEN)) == 2  # that it arrived, and what comes
    clocks.wall.advance(GRACE - timedelta(seconds=1))
    assert await give_back_what_is_due(shop.desk) == 0
    if taken_back:
        await undo(shop.desk, undo_token_of(row.id))
    clocks.wall.advance(timedelta(seconds=1))
    for _ in range(2):
        await give_back_what_is_due(shop.desk)
    ended: tuple[list[str], list[Any]] = (["active", "active", "canceled"], [2900])
    assert at_stripe(shop) == ((["active"] * 3, []) if taken_back else ended)


async def test_taking_one_back_takes_its_twins_back_too(shop: Shop, clocks: Clocks) -> None:
    await policy(shop, automatic=True)
    first, _ = [await declared(shop, BEN, WITHDRAWS) for _ in range(2)]
    await mails(shop, BEN)
    await undo(shop.desk, undo_token_of(first.id))
    clocks.wall.advance(GRACE)
    assert await give_back_what_is_due(shop.desk) == 0
    assert at_stripe(shop) == (["active"] * 3, [])


async def test_after_it_was_handed_on_the_seller_is_told_once_and_nothing_ends(
    shop: Shop, clocks: Clocks
) -> None:
    await policy(shop, automatic=True)
    await owned_by_cleo(shop)
    row = await declared(shop, BEN, WITHDRAWS)
    await mails(shop, BEN)
    async with shop.db.unit_of_work() as session:
        before = await session.get_one(Member, row.member_id)
        before.until_at = clocks.business.at
        await session.flush()
        given: dict[str, Any] = {"membership_id": before.membership_id}
        given |= {"person_id": shop.ada.person_id, "customer_id": before.customer_id}
        session.add(Member(**given, from_at=clocks.business.at))
    clocks.wall.advance(GRACE)
    assert [await give_back_what_is_due(shop.desk) for _ in range(2)] == [1, 0]
    with pytest.raises(NothingToGiveBack):
        await give_back(shop.desk, OPERATOR, row.reference)
    assert at_stripe(shop) == (["active"] * 3, [])
    assert await mails(shop, CLEO) == [f"Needs you: {row.reference}"]


async def test_a_refund_that_was_refused_waits_for_the_seller_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise RefusedByProvider("charge_disputed")

    await owned_by_cleo(shop)
    row = await declared(shop, BEN, WITHDRAWS)
    await mails(shop, CLEO)
    monkeypatch.setattr(shop.writer, "create_refund", refused)
    after = await give_back(shop.desk, OPERATOR, row.reference)
    assert at_stripe(shop) == (["active", "active", "canceled"], [])
    assert (after.finding, after.resolved_at) == (Finding.REFUSED, None)
    assert found_text(Reader("en"), after, "It") == (
        "It has ended, but the payment provider did not give $29.00 back."
    )
    assert await mails(shop, CLEO) == [f"Needs you: {row.reference}"] * 2
    assert f"Not done yet: {row.reference}" in await mails(shop, BEN)


async def test_it_is_said_to_be_done_when_the_provider_has_answered(shop: Shop) -> None:
    row = await declared(shop, BEN, WITHDRAWS)
    faults = [{"kind": "500", "times": 99, "path": "/v1"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})
    await give_back(shop.desk, OPERATOR, row.reference)
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    await give_back_what_is_due(shop.desk)
    assert (await one(shop.db, Declaration, id=row.id)).resolution == "It is being carried out."
    async with shop.db.unit_of_work() as session:
        (intent,) = (await session.scalars(select(Intent))).all()
    await shop.desk.proceed(WITHDRAW, intent)
    await give_back_what_is_due(shop.desk)
    after = await one(shop.db, Declaration, id=row.id)
    assert after.resolution == "It ended, and what was computed went back."


async def test_what_was_given_back_or_paid_since_is_counted_when_it_is_carried_out(
    shop: Shop, clocks: Clocks
) -> None:
    row = await declared(shop, BEN, WITHDRAWS)
    (payment,) = await paid_by_ben(shop)
    shop.client.v1.refunds.create(
        {"payment_intent": payment.stripe_payment_intent_id, "amount": 900}
    )
    clocks.wall.advance(timedelta(seconds=1))
    await shop.learn()
    await give_back(shop.desk, OPERATOR, row.reference)
    assert sum(at_stripe(shop)[1]) == 2900


async def test_whoever_joins_again_withdraws_from_the_contract_of_today(
    shop: Shop, clocks: Clocks
) -> None:
    (held,) = await shop.held(shop.ben)
    his = shop.client.v1.customers.list({"email": BEN}).data[0].id
    (before,) = shop.client.v1.subscriptions.list({"customer": his}).data
    clocks.business.advance(timedelta(days=40))
    shop.sandbox.advance(40 * DAY)
    shop.client.v1.subscriptions.cancel(before.id)
    shop.client.v1.subscriptions.create(
        {
            "customer": his,
            "items": [{"price": str(before["items"]["data"][0]["price"]["id"])}],
            "metadata": {"portal_membership": held.row.membership.id},
        }
    )
    await shop.learn()
    assert len(await paid_by_ben(shop)) == 1
    row = await declared(shop, BEN, WITHDRAWS)
    assert (row.finding, row.refund["back_minor"]) == (Finding.IN_TIME, 2900)


async def paid_by_ben(shop: Shop) -> Sequence[Payment]:
    (held,) = await shop.held(shop.ben)
    async with shop.db.reading() as session:
        return await exit_repository.paid_for(session, held.row.membership)


async def test_nothing_happens_by_itself_that_the_address_on_file_was_not_told_of(
    shop: Shop, clocks: Clocks
) -> None:
    """Three mails a day about one membership; what nobody has matched silences no other."""
    await policy(shop, automatic=True)
    await owned_by_cleo(shop)
    found = [await declared(shop, BEN, WITHDRAWS) for _ in range(4)]
    assert [bool(row.told_address) for row in found] == [True, True, True, False]
    assert ["automatic_at" in row.refund for row in found] == [True, True, True, False]
    assert await mails(shop, CLEO) == [f"Needs you: {found[-1].reference}"]


async def test_what_matches_nobody_silences_no_declaration_that_does(
    settings: Any, fresh_limits: None
) -> None:
    admitted = [await may_mail_seller("biz_1", None) for _ in range(51)]
    assert admitted == [True] * 50 + [False]
    about_one = [await may_mail_seller("biz_1", "mem_1") for _ in range(4)]
    assert about_one == [True] * 3 + [False]
    assert await may_mail_seller("biz_1", "mem_2")


async def test_the_day_begins_when_the_mail_to_the_address_on_file_has_gone_out(
    shop: Shop, clocks: Clocks
) -> None:
    await policy(shop, automatic=True)
    await owned_by_cleo(shop)
    row = await declared(shop, BEN, WITHDRAWS)
    clocks.wall.advance(GRACE)
    await give_back_what_is_due(shop.desk)
    assert at_stripe(shop) == (["active"] * 3, [])
    async with shop.db.unit_of_work() as session:
        mail = await session.get_one(OutboxMessage, row.refund["told_by"])
        mail.dead_at = clocks.wall.at
    await give_back_what_is_due(shop.desk)
    assert "automatic_at" not in (await one(shop.db, Declaration, id=row.id)).refund
    assert await mails(shop, CLEO) == [f"Needs you: {row.reference}"]


async def test_without_the_policy_nothing_moves_by_itself(shop: Shop, clocks: Clocks) -> None:
    await declared(shop, BEN, WITHDRAWS)
    clocks.wall.advance(GRACE * 30)
    assert await give_back_what_is_due(shop.desk) == 0
    assert at_stripe(shop) == (["active"] * 3, [])
