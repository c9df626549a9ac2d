"""What the time tells: trials that end, renewals, cards that expire, prices that change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from portal_app.catalog.models import Interval, Plan
from portal_app.customers.models import Customer
from portal_app.identity.actor import ActorKind
from portal_app.ingest.turns import note_import
from portal_app.memberships.models import CardNotice, Membership
from portal_app.notifications.models import NoticePreference
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    STARTED,
    HeldMembership,
    make_event,
    make_membership,
    make_person,
    make_plan,
)
from tests.notice_world import LATER, NoticeWorld

ADA, BEN = "ada@example.com", "ben@example.com"


def at(clocks: Clocks, moment: datetime) -> None:
    clocks.business.at = clocks.wall.at = moment


async def trial(world: NoticeWorld, held: HeldMembership, days: int) -> datetime:
    """Has begun an hour ago and ends after so many days."""
    ends = LATER + timedelta(days=days)
    await world.change(
        held.membership,
        stripe_status="trialing",
        current_period_start=LATER,
        current_period_end=ends,
        trial_end_at=ends,
    )
    return ends


async def yearly(world: NoticeWorld, held: HeldMembership) -> datetime:
    """Renews for a year, a hundred days from now."""
    due = NOW + timedelta(days=100)
    async with world.db.unit_of_work() as session:
        plan = await make_plan(session, interval=Interval.YEAR, amount_minor=29000)
    values = {"product_id": plan.product_id, "current_period_start": NOW - timedelta(days=265)}
    await world.change(held.membership, plan_id=plan.id, current_period_end=due, **values)
    return due


async def test_a_trial_is_told_of_on_the_seventh_day_before(
    world: NoticeWorld, clocks: Clocks
) -> None:
    ends = await trial(world, world.hers, days=14)
    at(clocks, ends - timedelta(days=8))
    assert await world.look() == 0
    day = (ends - timedelta(days=7)).replace(hour=0, minute=1)
    at(clocks, day)
    assert await world.look() == 1
    at(clocks, day + timedelta(days=3))
    assert await world.look() == 0
    assert await world.told() == [("trial_ending", ADA)]


async def test_a_short_trial_is_told_of_when_it_begins(world: NoticeWorld) -> None:
    await trial(world, world.his, days=3)
    assert await world.look() == 1


@pytest.mark.parametrize(
    "over", [{"cancel_at_period_end": True}, {"price_minor": 0}, {"pause_behavior": "void"}]
)
async def test_a_trial_that_costs_nothing_afterwards_is_not_told_of(
    world: NoticeWorld, over: dict[str, Any]
) -> None:
    await trial(world, world.his, days=3)
    await world.change(world.his.membership, **over)
    assert await world.look() == 0


async def test_a_year_is_told_of_thirty_days_ahead(world: NoticeWorld, clocks: Clocks) -> None:
    due = await yearly(world, world.hers)
    at(clocks, due - timedelta(days=32))
    assert await world.look() == 0
    at(clocks, due - timedelta(days=29))
    assert await world.look() == 1
    assert await world.look() == 0
    assert await world.told() == [("renewal", ADA)]


async def test_after_an_outage_a_reminder_is_late_and_never_after_the_charge(
    world: NoticeWorld, clocks: Clocks
) -> None:
    due = await yearly(world, world.hers)
    await yearly(world, world.his)
    await world.change(world.his.membership, current_period_end=due - timedelta(days=10))
    at(clocks, due - timedelta(days=4))
    assert await world.look() == 1
    assert await world.told() == [("renewal", ADA)]


async def test_a_month_is_told_of_to_who_asked(world: NoticeWorld, clocks: Clocks) -> None:
    async with world.db.unit_of_work() as session:
        session.add(
            NoticePreference(
                person_id=world.ada.id, kind="renewal_short", wanted=True, changed_at=NOW
            )
        )
    due = world.hers.membership.current_period_end
    assert due is not None
    await world.change(world.hers.membership, current_period_end=due + timedelta(days=20))
    await world.change(world.his.membership, current_period_end=due + timedelta(days=20))
    at(clocks, due + timedelta(days=14))
    assert await world.look() == 1
    assert await world.told() == [("renewal_short", ADA)]


async def test_windows_that_were_open_at_the_switch_are_told_to_nobody(
    world: NoticeWorld, clocks: Clocks
) -> None:
    due = await yearly(world, world.hers)
    await world.change(world.hers.membership, current_period_end=NOW + timedelta(days=20))
    assert await world.look() == 0
    assert due > NOW


async def test_what_an_import_brings_is_told_to_nobody(world: NoticeWorld, clocks: Clocks) -> None:
    """A whole import, and a comparison that found somebody whom no event had told of."""
    due = await yearly(world, world.hers)
    at(clocks, due - timedelta(days=25))
    async with world.db.unit_of_work() as session:
        cleo = await make_person(session, "cleo@example.com")
        plan = await session.get_one(Plan, world.hers.plan.id)
        new = await make_membership(session, cleo, plan=plan, stripe_status="trialing")
        ends = clocks.business.at + timedelta(days=3)
        held = await session.get_one(Membership, new.membership.id)
        held.trial_end_at = held.current_period_end = ends
        held.current_period_start = clocks.business.at
        await make_event(session, new.membership, "created", recorded_at=clocks.wall.at)
        await make_event(session, world.hers.membership, "created", recorded_at=STARTED)
        await note_import(session, log_position=clocks.wall.at, whole=False)
    assert await world.look() == 1, "hers was known, and its window opened before the import"
    assert await world.told() == [("renewal", ADA)]
    assert await world.look() == 0, "nor by the look after it"


async def noticed(world: NoticeWorld, held: HeldMembership, **over: Any) -> CardNotice:
    async with world.db.unit_of_work() as session:
        customer = await session.get_one(Customer, held.customer.id)
        method = await world.card_of(session, customer)
        notice = CardNotice(
            **{
                "payment_method_id": method.id,
                "membership_id": held.membership.id,
                "exp_year": 2026,
                "exp_month": 11,
                "charge_at": LATER + timedelta(days=30),
                "quiet": False,
                "raised_at": LATER,
                **over,
            }
        )
        session.add(notice)
    return notice


async def test_a_card_is_told_of_once_and_not_when_it_was_there_before(
    world: NoticeWorld,
) -> None:
    await noticed(world, world.hers)
    await noticed(world, world.his, quiet=True)
    assert await world.look() == 1
    assert await world.look() == 0
    assert await world.told() == [("card_expiring", ADA)]


@pytest.mark.parametrize(
    "over",
    [{"resolved_at": LATER}, {"charge_at": NOW}, {"raised_at": NOW - timedelta(days=1)}],
)
async def test_a_card_that_needs_no_word_gets_none(
    world: NoticeWorld, over: dict[str, Any]
) -> None:
    await noticed(world, world.hers, **over)
    assert await world.look() == 0


async def scheduled(world: NoticeWorld, held: HeldMembership, days: int, amount: int) -> Plan:
    async with world.db.unit_of_work() as session:
        dearer = await make_plan(session, amount_minor=amount)
    change = {
        "plan_id": dearer.id,
        "stripe_price_id": dearer.stripe_price_id,
        "quantity": 1,
        "takes_effect_at": (LATER + timedelta(days=days)).isoformat(),
    }
    await world.change(held.membership, scheduled_change=change, updated_at=LATER)
    return dearer


async def test_an_arranged_price_is_told_of_ahead_and_not_again_when_it_comes(
    world: NoticeWorld, clocks: Clocks
) -> None:
    dearer = await scheduled(world, world.hers, days=60, amount=3900)
    await scheduled(world, world.his, days=60, amount=2900)
    assert await world.look() == 0
    at(clocks, LATER + timedelta(days=31))
    assert await world.look() == 1
    at(clocks, LATER + timedelta(days=60))
    await changed(world, world.hers, dearer, clocks.wall.at)
    assert await world.look() == 0
    assert await world.told() == [("price_change", ADA)]


async def changed(
    world: NoticeWorld, held: HeldMembership, plan: Plan, when: datetime, **over: Any
) -> None:
    """The provider said that the subscription has another plan now."""
    received = when - timedelta(seconds=2)
    async with world.db.unit_of_work() as session:
        event: dict[str, Any] = {
            "before": {"plan_id": held.plan.id, "quantity": 1},
            "after": {"plan_id": plan.id, "quantity": 1},
            "happened_at": when,
            "recorded_at": when,
            **over,
        }
        await make_event(session, held.membership, "plan_changed", **event)
    assert held.stripe_subscription_id
    await world.event(
        "customer.subscription.updated",
        held.stripe_subscription_id,
        created=when,
        received_at=received,
    )


async def test_a_price_that_was_changed_is_told_of_unless_by_the_customer(
    world: NoticeWorld,
) -> None:
    async with world.db.unit_of_work() as session:
        dearer = await make_plan(session, amount_minor=3900)
        same = await make_plan(session, amount_minor=2900)
    await changed(world, world.his, dearer, LATER, actor_kind=ActorKind.CUSTOMER)
    await changed(world, world.his, same, LATER)
    await changed(world, world.his, dearer, LATER, recorded_at=NOW)
    assert await world.look() == 0
    await changed(world, world.hers, dearer, LATER)
    assert await world.look() == 1
    assert await world.told() == [("price_change", ADA)]


async def test_a_pause_that_ends_is_told_of_seven_days_before(
    world: NoticeWorld, clocks: Clocks
) -> None:
    """With its day and once; whose pause has no end hears nothing."""
    resumes = NOW + timedelta(days=40)
    rests = {"stripe_status": "paused", "paused_at": NOW}
    await world.change(world.hers.membership, **rests, resumes_at=resumes)
    await world.change(world.his.membership, **rests)
    at(clocks, resumes - timedelta(days=8))
    await world.look()
    assert await world.mails() == []
    for hours in (0, 1, 30):
        at(clocks, resumes - timedelta(days=7) + timedelta(hours=hours))
        await world.look()
    assert [(mail.kind, mail.recipient) for mail in await world.mails()] == [("resuming", ADA)]
