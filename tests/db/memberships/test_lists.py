"""A person's list of memberships: their own, completely, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from portal_app.identity.models import Person
from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.kit.db import Database
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.repository import ended_holdings, running_holdings
from portal_app.memberships.rules import OVER, StripeFacts, status_of
from portal_app.memberships.service.listing import (
    PAST_PER_PAGE,
    past_memberships,
)
from tests.db.membership_world import World, listed, opened, statements
from tests.factories import (
    NOW,
    make_customer,
    make_invoice,
    make_membership,
    make_payment,
)


async def test_a_list_holds_the_persons_own_memberships_only(db: Database, world: World) -> None:
    found = await listed(db, world.ada)
    assert [held.row.member.id for held in found.current] == [world.hers.member.id]
    assert found.past == ()


async def test_what_needs_attention_comes_by_urgency(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        ada = await session.get_one(Person, world.ada.person_id)
        for status in ("incomplete", "unpaid", "past_due"):
            await make_membership(session, ada, stripe_status=status)
    found = [one.row.membership.stripe_status for one in (await listed(db, world.ada)).current]
    assert found == ["past_due", "unpaid", "incomplete", "active"]


async def test_an_unclaimed_membership_is_in_nobodys_list(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        await make_membership(session, None)
    assert len((await listed(db, world.ada)).current) == 1


async def test_failed_payments_come_first_with_their_last_try(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        ada = await session.get_one(Person, world.ada.person_id)
        customer = await make_customer(session, ada)
        invoice = await make_invoice(session, customer, status=InvoiceStatus.OPEN, attempt_count=2)
        for code, day in (("card_declined", 2), ("insufficient_funds", 1)):
            await make_payment(
                session,
                customer,
                invoice,
                status=PaymentStatus.FAILED,
                failure_code=code,
                created_at=NOW - timedelta(days=day),
            )
        await make_membership(
            session,
            ada,
            customer=customer,
            stripe_status="past_due",
            latest_stripe_invoice_id=invoice.stripe_invoice_id,
            started_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
    first, second = (await listed(db, world.ada)).current
    assert first.unpaid is not None
    assert first.last_attempt.failure_code == "insufficient_funds"
    assert second.unpaid is None


async def test_past_memberships_come_in_pages_without_gaps_or_repeats(
    db: Database, world: World
) -> None:
    async with db.unit_of_work() as session:
        ada = await session.get_one(Person, world.ada.person_id)
        ben = await session.get_one(Person, world.ben.person_id)
        for at in range(2 * PAST_PER_PAGE + 3):
            # Pairs end in the same moment, so that the id has to decide between them.
            ended_at = NOW - timedelta(days=at // 2)
            over = {"stripe_status": "canceled", "ended_at": ended_at, "plan": world.hers.plan}
            await make_membership(session, ada if at % 5 else ben, **over)
    found = await listed(db, world.ada)
    seen, after = list(found.past), found.past_after
    while after is not None:
        async with db.reading() as session:
            page, after = await past_memberships(session, world.ada, NOW, after)
        assert 0 < len(page) <= PAST_PER_PAGE
        seen += page
    keys = [(held.row.membership.ended_at, held.row.member.id) for held in seen]
    assert keys == sorted(set(keys), reverse=True)
    assert len(seen) == len([at for at in range(2 * PAST_PER_PAGE + 3) if at % 5])


async def test_an_arranged_end_that_has_passed_counts_as_past(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        membership = await session.merge(world.hers.membership)
        membership.cancel_at = NOW - timedelta(minutes=1)
    found = await listed(db, world.ada)
    assert found.current == ()
    assert len(found.past) == 1


async def test_the_number_of_statements_does_not_grow(db: Database, world: World) -> None:
    with statements(db) as few:
        await listed(db, world.ada)
    async with db.unit_of_work() as session:
        ada = await session.get_one(Person, world.ada.person_id)
        for _ in range(12):
            held = await make_membership(session, ada, stripe_status="past_due")
            invoice = await make_invoice(session, held.customer, status=InvoiceStatus.OPEN)
            held.membership.latest_stripe_invoice_id = invoice.stripe_invoice_id
    with statements(db) as many:
        found = await listed(db, world.ada)
    assert len(found.current) == 13
    assert len(few) == 4
    assert len(many) == 5  # one more: the last tries of all unpaid invoices at once
    with statements(db) as page:
        await opened(db, world.ada, world.hers.member.id)
    # With the payments of its invoices, what is charged next, the pauses of this year, and what
    # still waits for Stripe.
    assert len(page) <= 9


@pytest.mark.contradictory("every pair of status and end")
async def test_the_database_and_the_rules_agree_about_what_is_over(
    db: Database, world: World
) -> None:
    statuses = ["trialing", "active", "past_due", "incomplete", "incomplete_expired", "unpaid"]
    statuses += ["paused", "canceled", "unheard_of"]
    over, running = set(), set()
    async with db.unit_of_work() as session:
        ada = await session.get_one(Person, world.ada.person_id)
        for source, status, ended_at in product(MembershipSource, statuses, [None, NOW]):
            given = {"source": source, "stripe_status": status, "ended_at": ended_at}
            held = await make_membership(session, ada, plan=world.hers.plan, **given)
            is_over = status_of(StripeFacts.of(held.membership)) in OVER
            (over if is_over else running).add(held.member.id)
        found = {row.member.id for row in await running_holdings(session, world.ada)}
        ended = await ended_holdings(session, world.ada, after=None, limit=1000)
    assert found == running | {world.hers.member.id}
    assert {row.member.id for row in ended} == over
