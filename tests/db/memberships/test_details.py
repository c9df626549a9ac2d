"""One membership: for its holder everything, for others the same answer as an unknown id."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal_app.identity.models import Person
from portal_app.invoices.models import InvoiceStatus
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError
from portal_app.memberships.repository import running_holdings
from portal_app.memberships.service.details import EVENTS_SHOWN, INVOICES_SHOWN
from tests.db.membership_world import World, opened, statements
from tests.factories import (
    NOW,
    make_configuration,
    make_event,
    make_invoice,
    make_member,
    make_one_time,
    make_payment,
    make_payment_method,
)


async def test_a_membership_opens_by_either_of_its_ids(db: Database, world: World) -> None:
    for given_id in (world.hers.member.id, world.hers.membership.id):
        details = await opened(db, world.ada, given_id)
        assert details.held.row.member.id == world.hers.member.id
        assert [invoice.customer_id for invoice in details.invoices] == [world.hers.customer.id]


@pytest.mark.contradictory("what must not be shown is there")
async def test_every_kind_of_miss_is_answered_alike(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        await make_member(
            session,
            world.his.membership,
            await session.get_one(Person, world.ada.person_id),
            customer=world.hers.customer,
            id="mber_handedover",
            until_at=NOW,
        )
    misses = [
        world.his.member.id,
        world.his.membership.id,
        "mber_0000000000000000000000",
        "mber_handedover",
        "",
        "mber_' OR 1=1 --",
        "MBER_x",
        None,
        {"id": world.hers.member.id},
        world.hers.customer.id,
    ]
    answers = set()
    for given_id in misses:
        with pytest.raises(PortalError) as refused:
            await opened(db, world.ada, given_id)
        answers.add((refused.value.sentence, refused.value.code, refused.value.status))
    assert answers == {("We can't find that membership.", "membership_not_found", 404)}


async def test_an_unknown_id_and_somebody_elses_run_the_same_statements(
    db: Database, world: World
) -> None:
    runs = []
    for given_id in (world.his.member.id, "mber_0000000000000000000000"):
        with statements(db) as seen, pytest.raises(PortalError):
            await opened(db, world.ada, given_id)
        runs.append(seen)
    assert runs[0] == runs[1]
    assert len(runs[0]) == 1


@pytest.mark.parametrize("chosen", range(4))
async def test_the_payment_method_is_the_one_stripe_would_charge(
    db: Database, world: World, chosen: int
) -> None:
    """Its own method, its own source, the customer's method, the customer's source."""
    customer, membership = world.hers.customer, world.hers.membership
    async with db.unit_of_work() as session:
        methods = [await make_payment_method(session, customer) for _ in range(4)]
        ids = [method.stripe_payment_method_id for method in methods]
        customer, membership = await session.merge(customer), await session.merge(membership)
        given = [None] * chosen + ids[chosen:]
        membership.stripe_default_payment_method_id, membership.stripe_default_source_id = given[:2]
        customer.stripe_default_payment_method_id, customer.stripe_default_source_id = given[2:]
    details = await opened(db, world.ada, world.hers.member.id)
    assert details.held.row.payment_method.stripe_payment_method_id == ids[chosen]


@pytest.mark.contradictory("what must not be shown is there")
async def test_a_method_that_was_removed_or_is_anothers_is_not_shown(
    db: Database, world: World
) -> None:
    async with db.unit_of_work() as session:
        gone = await make_payment_method(session, world.hers.customer, detached_at=NOW)
        foreign = await make_payment_method(session, world.his.customer)
    for method in (gone, foreign):
        async with db.unit_of_work() as session:
            membership = await session.merge(world.hers.membership)
            membership.stripe_default_payment_method_id = method.stripe_payment_method_id
        details = await opened(db, world.ada, world.hers.member.id)
        assert details.held.row.payment_method is None


async def test_a_new_holder_sees_nothing_of_the_one_before(db: Database, world: World) -> None:
    """Ben hands his membership to Ada, still paid through his customer: his traces stay his."""
    handed_over = NOW - timedelta(days=1)
    async with db.unit_of_work() as session:
        his = await session.merge(world.his.member)
        his.until_at = handed_over
        await session.flush()
        ada = await session.get_one(Person, world.ada.person_id)
        hers = await make_member(
            session, world.his.membership, ada, customer=world.his.customer, from_at=handed_over
        )
        await make_event(
            session, world.his.membership, "payment_failed", happened_at=NOW - timedelta(days=9)
        )
        customer = await session.merge(world.his.customer)
        method = await make_payment_method(session, customer)
        customer.stripe_default_payment_method_id = method.stripe_payment_method_id
    details = await opened(db, world.ada, hers.id)
    assert details.held.row.payment_method is None
    assert details.held.row.latest_invoice is None
    assert list(details.invoices) == []
    assert [one.kind for one in details.events] == ["created"]
    with pytest.raises(PortalError):
        await opened(db, world.ben, world.his.member.id)


async def test_latest_invoices_are_newest_first_limited_and_without_drafts(
    db: Database, world: World
) -> None:
    async with db.unit_of_work() as session:
        for day in range(1, 9):
            await make_invoice(
                session,
                world.hers.customer,
                stripe_subscription_id=world.hers.stripe_subscription_id,
                created_at=NOW - timedelta(days=day),
                number=f"A-{day}",
            )
        await make_invoice(
            session,
            world.hers.customer,
            stripe_subscription_id=world.hers.stripe_subscription_id,
            status=InvoiceStatus.DRAFT,
            created_at=NOW,
        )
        await make_invoice(session, world.hers.customer, number="of another subscription")
    details = await opened(db, world.ada, world.hers.member.id)
    assert len(details.invoices) == INVOICES_SHOWN
    assert [invoice.number for invoice in details.invoices][1:] == ["A-1", "A-2", "A-3", "A-4"]


async def test_a_purchase_without_an_invoice_shows_its_payment(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        ada = await session.get_one(Person, world.ada.person_id)
        bought = await make_one_time(session, ada)
        intent = bought.membership.stripe_payment_intent_id
        await make_payment(session, bought.customer, stripe_payment_intent_id=intent)
    details = await opened(db, world.ada, bought.member.id)
    assert [payment.stripe_payment_intent_id for payment in details.payments] == [intent]


async def test_the_timeline_is_newest_first_and_capped(db: Database, world: World) -> None:
    async with db.unit_of_work() as session:
        for hour in range(EVENTS_SHOWN + 5):
            at = NOW + timedelta(hours=hour)
            await make_event(session, world.hers.membership, f"kind{hour}", happened_at=at)
    details = await opened(db, world.ada, world.hers.member.id)
    kinds = [one.kind for one in details.events]
    assert len(kinds) == EVENTS_SHOWN
    assert kinds[:2] == [f"kind{EVENTS_SHOWN + 4}", f"kind{EVENTS_SHOWN + 3}"]


async def test_a_companys_newest_configuration_decides_about_access(
    db: Database, world: World
) -> None:
    async with db.unit_of_work() as session:
        membership = await session.merge(world.hers.membership)
        membership.stripe_status = "past_due"
        company = (await running_holdings(session, world.ada))[0].company
        for version, open_door in ((1, True), (2, False)):
            body = {"access": {"while_past_due": open_door}}
            await make_configuration(session, company, version=version, body=body)
    assert (await opened(db, world.ada, world.hers.member.id)).held.has_access is False
    async with db.unit_of_work() as session:
        await make_configuration(session, company, version=10, body={})
    assert (await opened(db, world.ada, world.hers.member.id)).held.has_access is True
