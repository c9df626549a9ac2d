"""Somebody of the company says which membership was meant: then it goes the way of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal_app.declarations.errors import AlreadyResolved, DeclarationNotFound, NothingToDecide
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.service import decide, give_back
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.clock import business_now
from portal_app.kit.money import Money
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.models import Membership, MembershipEvent
from portal_app.studio.declarations.service import NoReason, queue_of, refuse
from portal_app.studio.declarations.views import declared_queue_view
from portal_app.ui.reader import Reader
from tests.factories import make_company, make_customer, make_member, make_membership, make_person
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop
from tests.provider.adapter.test_declaring import (
    ADA,
    BEN,
    CLEO,
    canceling,
    company_of,
    declared,
    fresh_limits,
    mails,
    shop,
)
from tests.provider.adapter.test_withdrawing import policy
from tests.rows import STARTED

__all__ = ["fresh_limits", "shop"]
WITHDRAWS = DeclarationKind.WITHDRAWAL


async def creators(shop: Shop) -> tuple[CompanyCreator, CompanyCreator]:
    """Of the company, and of another."""
    ours = await company_of(shop)
    async with shop.db.unit_of_work() as session:
        cleo = await make_person(session, CLEO)
        theirs = await make_company(session)
    actor = Actor(cleo.id, "sess_1", CLEO, "en")
    return CompanyCreator(actor, ours.id, True), CompanyCreator(actor, theirs.id, True)


async def formerly_of(shop: Shop, membership_id: str) -> str:
    """The id under which somebody else held it once."""
    async with shop.db.unit_of_work() as session:
        membership = await session.get_one(Membership, membership_id)
        before = await make_person(session, "before@example.com")
        theirs = await make_customer(session, before)
        over = {"from_at": STARTED, "until_at": STARTED}
        return (await make_member(session, membership, before, customer=theirs, **over)).id


async def ids_of_ada(shop: Shop) -> list[str]:
    return [held.row.membership.id for held in await shop.held(shop.ada)]


async def test_the_one_that_was_meant_ends_with_its_period_and_its_holder_is_told(
    shop: Shop,
) -> None:
    cleo, _ = await creators(shop)
    row = await declared(shop, ADA)
    assert row.finding is Finding.SEVERAL
    async with shop.db.reading() as session:
        queue = await queue_of(session, cleo, business_now())
    (shown,) = declared_queue_view(Reader("en"), queue).rows
    ids = await ids_of_ada(shop)
    assert sorted(one.id for one in shown.candidates) == sorted(ids)
    assert await decide(shop.desk, cleo, row.reference, ids[0]) is Finding.SCHEDULED
    assert canceling(shop) == [False, False, True]
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.membership_id, after.told_address) == (ids[0], ADA)
    assert after.resolved_at is not None
    (event,) = [e for e in await rows(shop.db, MembershipEvent) if e.kind == "cancel_scheduled"]
    assert (event.membership_id, event.actor_id) == (ids[0], cleo.actor.person_id)
    assert len(await mails(shop, ADA)) == 2
    with pytest.raises(AlreadyResolved):
        await decide(shop.desk, cleo, row.reference, ids[1])
    assert canceling(shop) == [False, False, True]


async def test_a_withdrawal_says_what_goes_back_and_then_waits_for_the_word(shop: Shop) -> None:
    cleo, dan = await creators(shop)
    row = await declared(shop, ADA, WITHDRAWS)
    ids = await ids_of_ada(shop)
    assert await decide(shop.desk, cleo, row.reference, ids[0]) is Finding.IN_TIME
    assert canceling(shop) == [False] * 3
    with pytest.raises(NothingToDecide):
        await decide(shop.desk, cleo, row.reference, ids[1])
    with pytest.raises(DeclarationNotFound):
        await give_back(shop.desk, dan.author, row.reference, dan.company_id)
    async with shop.db.reading() as session:
        (shown,) = declared_queue_view(
            Reader("en"), await queue_of(session, cleo, business_now())
        ).rows
    assert shown.refund != ""
    await give_back(shop.desk, cleo.author, row.reference, cleo.company_id)
    (refund,) = shop.client.v1.refunds.list().data
    assert Reader("en").money(Money(refund.amount, refund.currency.upper())) == shown.refund


@pytest.mark.parametrize("is_owner", [True, False])
async def test_money_goes_back_by_itself_only_where_an_owner_has_decided(
    shop: Shop, is_owner: bool
) -> None:
    await policy(shop, automatic=True)
    cleo, _ = await creators(shop)
    row = await declared(shop, ADA, WITHDRAWS)
    ids = await ids_of_ada(shop)
    await decide(shop.desk, replace(cleo, is_owner=is_owner), row.reference, ids[0])
    after = await one(shop.db, Declaration, id=row.id)
    assert ("automatic_at" in after.refund, after.finding) == (is_owner, Finding.IN_TIME)


async def test_what_can_not_end_with_its_period_waits_on_and_says_why(shop: Shop) -> None:
    cleo, _ = await creators(shop)
    ids = await ids_of_ada(shop)
    late = (business_now() + timedelta(days=400)).date()
    row = await declared(shop, ADA, wished_on=late)
    assert await decide(shop.desk, cleo, row.reference, ids[0]) is Finding.LATER_DATE
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.finding, after.membership_id, after.resolved_at) == (
        Finding.LATER_DATE,
        ids[0],
        None,
    )
    assert canceling(shop) == [False] * 3


async def test_another_companys_is_as_unknown_as_one_that_never_was(shop: Shop) -> None:
    cleo, dan = await creators(shop)
    async with shop.db.unit_of_work() as session:
        foreign = await make_membership(session)
    row = await declared(shop, "nobody@example.com")
    assert row.finding is Finding.NONE
    (ben,) = await shop.held(shop.ben)
    for reference in (row.reference, "C-0000-0000", ""):
        with pytest.raises(DeclarationNotFound):
            await decide(shop.desk, dan, reference, ben.row.membership.id)
        with pytest.raises(DeclarationNotFound):
            async with shop.db.unit_of_work() as session:
                await refuse(session, dan, reference, "Not ours")
    former = await formerly_of(shop, ben.row.membership.id)
    for named in (foreign.membership.id, foreign.member.id, former, "mem_unknown", "mber_1", ""):
        with pytest.raises(MembershipNotFound):
            await decide(shop.desk, cleo, row.reference, named)
    async with shop.db.reading() as session:
        assert (await queue_of(session, dan, business_now())).waiting == []
    assert (await one(shop.db, Declaration, id=row.id)).resolved_at is None
    # Whoever it belongs to may name any membership of theirs, also one of another address, and by
    # the id that its holder sees.
    assert await decide(shop.desk, cleo, row.reference, ben.row.member.id) is Finding.SCHEDULED
    after = await one(shop.db, Declaration, id=row.id)
    assert after.membership_id == ben.row.membership.id
    assert (await one(shop.db, Declaration, id=row.id)).told_address == BEN


async def test_it_is_closed_with_a_reason_and_never_without(shop: Shop) -> None:
    cleo, _ = await creators(shop)
    row = await declared(shop, ADA)
    with pytest.raises(NoReason):
        async with shop.db.unit_of_work() as session:
            await refuse(session, cleo, row.reference, "  ")
    async with shop.db.unit_of_work() as session:
        await refuse(session, cleo, row.reference, " She wrote again. ")
    after = await one(shop.db, Declaration, id=row.id)
    assert (after.resolution, canceling(shop)) == ("She wrote again.", [False] * 3)
    async with shop.db.reading() as session:
        assert (await queue_of(session, cleo, business_now())).waiting == []
