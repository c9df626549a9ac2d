"""Two accounts with different zones see one instant on different days; documents' days are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import reflex as rx

from portal_app.identity.actor import actor_now, current_actor
from portal_app.identity.models import Person
from portal_app.kit.db import Database
from portal_app.memberships.state import MembershipState, OrdersState, UpcomingState
from tests.factories import HeldMembership, actor_of, make_person
from tests.states.test_billing_history import billed, entry, history
from tests.states.test_memberships import at, held_by

RENEWS = datetime(2026, 12, 1, 3, 30, tzinfo=UTC)
ISSUED = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)


async def seen(root: rx.State, hers: HeldMembership, zone: str) -> tuple[str, ...]:
    """When it renews, on three pages, as the actor reads it in *zone*."""
    token = actor_now.set(replace(current_actor(), zone=zone))
    try:
        orders, page = await root.get_state(OrdersState), await root.get_state(MembershipState)
        upcoming = await root.get_state(UpcomingState)
        await OrdersState.load.fn(orders)
        at(root, hers.member.id)
        await MembershipState.load.fn(page)
        await UpcomingState.load.fn(upcoming)
    finally:
        actor_now.reset(token)
    following, month = orders.view.next_charge, upcoming.view.months[0]
    assert page.view.next_charge.date == following.date == month.rows[0].date
    return following.date, following.day, month.title


async def test_a_renewal_is_on_the_day_of_the_readers_zone(
    root: rx.State, db: Database, ada: Person
) -> None:
    async with db.unit_of_work() as session:
        ben = await make_person(session, "ben@example.com")
    hers, his = [await held_by(db, one, current_period_end=RENEWS) for one in (ada, ben)]
    in_new_york = await seen(root, hers, "America/New_York")
    token = actor_now.set(actor_of(ben, "ben@example.com"))
    in_tokyo = await seen(root, his, "Asia/Tokyo")
    actor_now.reset(token)
    assert in_new_york == ("30 Nov 2026", "2026-11-30", "November 2026")
    assert in_tokyo == ("1 Dec 2026", "2026-12-01", "December 2026")


async def test_the_billing_history_has_the_days_of_its_documents_and_says_so(
    root: rx.State, db: Database, ada: Person
) -> None:
    hers = await held_by(db, ada)
    (invoice,) = await billed(db, hers.customer, hers, 1, finalized_at=ISSUED)
    for zone, note in (("UTC", ""), ("America/New_York", "Dates are in UTC, as on the documents.")):
        token = actor_now.set(replace(current_actor(), zone=zone))
        page, (one, _) = await history(root), await entry(root, invoice.id)
        actor_now.reset(token)
        assert (page.view.rows[0].date, page.view.zone_note) == ("1 Nov 2026", note)
        assert (one.view.date, one.view.zone_note) == ("1 Nov 2026", note)
