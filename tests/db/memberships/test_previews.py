"""Which next charges are asked for, when, and what becomes of those that can't be had."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.catalog.models import Plan
from portal_app.customers.models import Customer
from portal_app.ingest import turns
from portal_app.invoices.upcoming.models import PreviewFailure
from portal_app.jobs.preview_watch import FIRST_PAUSE, PreviewWatch
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.kit.money import Money
from portal_app.memberships.models import Membership, MembershipSubscription
from portal_app.memberships.preview_repository import is_previewed, previews_of
from portal_app.memberships.rules import StripeFacts, previewed_at
from portal_app.memberships.service import refresh_previews
from portal_app.memberships.service.previews import ROUND
from portal_app.memberships.service.pricing import basis_of
from portal_app.provider.errors import RefusedByProvider
from tests.conftest import Clocks
from tests.db.preview_scene import Scene, make_scene
from tests.factories import (
    NOW,
    PERIOD_END,
    STARTED,
    make_membership,
    make_one_time,
)
from tests.rows import all_of


@pytest.fixture
async def scene(db: Database, clocks: Clocks) -> Scene:
    return await make_scene(db, clocks)


async def test_each_is_asked_for_once_and_its_holder_told(scene: Scene) -> None:
    assert await scene.round() == sorted([scene.sub, str(scene.his.stripe_subscription_id)])
    stored = (await scene.stored())[scene.sub]
    assert (stored.amount_due, stored.charge_at) == (Money(2900, "USD"), PERIOD_END)
    assert (stored.customer_id, stored.observed_at) == (scene.hers.customer.id, wall_now())
    assert sorted(await scene.told()) == sorted([scene.ada.person_id, scene.ben.person_id])
    assert await scene.round() == []


@pytest.mark.parametrize("what", [Membership, Customer, Plan])
async def test_it_is_asked_for_again_when_something_was_observed_since(
    scene: Scene, clocks: Clocks, what: type[Any]
) -> None:
    await scene.round()
    clocks.wall.advance(timedelta(minutes=1))
    row = {
        Membership: scene.hers.membership,
        Customer: scene.hers.customer,
        Plan: scene.hers.plan,
    }[what]
    await scene.change(what, row.id, observed_at=wall_now())
    clocks.wall.advance(timedelta(seconds=1))
    scene.stripe.total = 3100
    assert await scene.round() == [scene.sub]
    assert (await scene.stored())[scene.sub].amount_due_minor == 3100
    assert list(await scene.told()).count(scene.ada.person_id) == 2
    assert await scene.round() == []


async def test_it_says_by_which_terms_it_was_asked_for(scene: Scene, clocks: Clocks) -> None:
    await scene.round()
    assert (await scene.stored())[scene.sub].basis == basis_of(scene.hers.membership)
    clocks.wall.advance(timedelta(minutes=1))
    change = {"plan_id": scene.his.plan.id, "takes_effect_at": PERIOD_END.isoformat()}
    row = scene.hers.membership
    await scene.change(Membership, row.id, observed_at=wall_now(), scheduled_change=change)
    clocks.wall.advance(timedelta(seconds=1))
    await scene.round()
    assert (await scene.stored())[scene.sub].basis["scheduled_change"] == change
    # It costs the same, but holds for other terms: who shows it must look again.
    assert list(await scene.told()).count(scene.ada.person_id) == 2


async def test_it_is_asked_for_daily_and_nobody_is_told_that_nothing_changed(
    scene: Scene, clocks: Clocks
) -> None:
    await scene.round()
    clocks.wall.advance(timedelta(hours=23))
    assert await scene.round() == []
    clocks.wall.advance(timedelta(hours=2))
    assert len(await scene.round()) == 2
    assert (await scene.stored())[scene.sub].observed_at == wall_now()
    assert len(await scene.told()) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"cancel_at_period_end": True},
        {"cancel_at": PERIOD_END},
        {"stripe_status": "canceled", "ended_at": NOW},
        {"stripe_status": "paused"},
        {"pause_behavior": "void"},
        {"stripe_status": "unpaid"},
        {"stripe_status": "incomplete"},
    ],
)
async def test_what_is_not_charged_has_none(scene: Scene, values: dict[str, Any]) -> None:
    await scene.round()
    await scene.change(Membership, scene.hers.membership.id, **values)
    assert await scene.round() == []
    assert list(await scene.stored()) == [scene.his.stripe_subscription_id]
    assert list(await scene.told()).count(scene.ada.person_id) == 2
    before = {name: getattr(scene.hers.membership, name) for name in values}
    await scene.change(Membership, scene.hers.membership.id, **before)
    assert await scene.round() == [scene.sub]


async def test_what_is_paused_says_what_resuming_costs(scene: Scene) -> None:
    await scene.change(Membership, scene.hers.membership.id, stripe_status="paused", paused_at=NOW)
    await scene.round()
    stored = (await scene.stored())[scene.sub]
    assert (stored.charge_at, scene.stripe.resumed) == (NOW, [scene.sub])


async def test_neither_has_a_purchase_nor_a_customer_that_is_gone(scene: Scene) -> None:
    async with scene.db.unit_of_work() as session:
        await make_one_time(session)
    await scene.change(Customer, scene.hers.customer.id, deleted_at=NOW)
    assert await scene.round() == [scene.his.stripe_subscription_id]


async def test_a_subscription_that_gave_way_to_another_has_none(scene: Scene) -> None:
    await scene.round()
    async with scene.db.unit_of_work() as session:
        found = select(MembershipSubscription).where(
            col(MembershipSubscription.stripe_subscription_id) == scene.sub
        )
        (await session.scalars(found)).one().until_at = NOW
    await scene.round()
    assert scene.sub not in await scene.stored()


async def test_a_failure_leaves_what_was_there_with_its_age(scene: Scene, clocks: Clocks) -> None:
    await scene.round()
    fetched_at = wall_now()
    clocks.wall.advance(timedelta(days=2))
    scene.stripe.error = RefusedByProvider("resource_missing")
    assert len(await scene.round()) == 2
    stored = (await scene.stored())[scene.sub]
    assert (stored.amount_due_minor, stored.observed_at) == (2900, fetched_at)
    assert await scene.round() == []  # it waits
    clocks.wall.advance(timedelta(seconds=61))
    assert len(await scene.round()) == 2
    clocks.wall.advance(timedelta(seconds=61))
    assert await scene.round() == []  # twice as long now
    clocks.wall.advance(timedelta(seconds=61))
    scene.stripe.error = None
    assert len(await scene.round()) == 2
    assert (await scene.stored())[scene.sub].observed_at == wall_now()
    assert await all_of(scene.db, PreviewFailure) == []


async def test_it_never_waits_longer_than_some_hours(scene: Scene, clocks: Clocks) -> None:
    scene.stripe.error = RefusedByProvider()
    for _ in range(15):
        assert len(await scene.round()) == 2
        clocks.wall.advance(timedelta(hours=6))
    failures = await all_of(scene.db, PreviewFailure)
    assert {failure.attempts for failure in failures} == {15}
    assert await scene.stored() == {}


async def test_a_round_is_small_and_what_changed_comes_first(scene: Scene, clocks: Clocks) -> None:
    async with scene.db.unit_of_work() as session:
        for _ in range(ROUND):
            await make_membership(session, plan=await session.merge(scene.his.plan))
    assert len(await scene.round()) == ROUND
    assert len(await scene.round()) == 2
    clocks.wall.advance(timedelta(days=2))
    await scene.change(Membership, scene.hers.membership.id, observed_at=wall_now())
    clocks.wall.advance(timedelta(seconds=1))
    first: list[str] = []
    scene.stripe.asked = first
    await refresh_previews(scene.db, scene.stripe)
    assert first[0] == scene.sub


async def test_the_watch_leaves_a_provider_alone_that_does_not_answer(
    scene: Scene, clocks: Clocks
) -> None:
    watch = PreviewWatch(lambda: scene.db, scene.stripe)
    scene.stripe.error = ProviderUnavailable("away")
    done = await watch.look_if_due()
    assert done is not None
    assert done.away
    asked = len(scene.stripe.asked)
    clocks.wall.advance(FIRST_PAUSE - timedelta(seconds=1))
    assert await watch.look_if_due() is None
    clocks.wall.advance(timedelta(seconds=61))
    assert await watch.look_if_due() is not None
    assert len(scene.stripe.asked) > asked


async def test_one_process_asks_at_a_time(scene: Scene) -> None:
    watch = PreviewWatch(lambda: scene.db, scene.stripe)
    async with turns.taken(scene.db, turns.Kind.PREVIEWS) as turn:
        assert turn is not None
        assert await watch.look_if_due() is None
    assert scene.stripe.asked == []


async def test_whoever_holds_the_membership_does_not_see_anothers_charge(scene: Scene) -> None:
    await scene.round()
    both = [scene.hers.membership.id, scene.his.membership.id]
    async with scene.db.reading() as session:
        assert set(await previews_of(session, scene.ada, both)) == {scene.hers.membership.id}
        assert set(await previews_of(session, scene.ben, both)) == {scene.his.membership.id}


async def test_the_database_decides_as_the_rules_do(db: Database, clocks: Clocks) -> None:
    statuses = ("trialing", "active", "past_due", "paused", "unpaid", "canceled", "incomplete")
    later: tuple[datetime | None, ...] = (None, PERIOD_END, PERIOD_END + timedelta(days=90))
    trials = (None, PERIOD_END - timedelta(days=3))
    ends = (PERIOD_END, None)
    rests: tuple[dict[str, Any], ...] = (
        {},
        {"pause_behavior": "void"},
        {"pauses_at": PERIOD_END, "resumes_at": PERIOD_END + timedelta(days=40)},
        {"pauses_at": PERIOD_END + timedelta(days=90)},
        {"paused_at": STARTED},
    )
    async with db.unit_of_work() as session:
        first = await make_membership(session)
        for status, at_end, cancel_at, rest, trial, end in product(
            statuses, (True, False), later, rests, trials, ends
        ):
            await make_membership(
                session,
                customer=first.customer,
                plan=first.plan,
                stripe_status=status,
                cancel_at_period_end=at_end,
                cancel_at=cancel_at,
                trial_end_at=trial,
                current_period_end=end,
                **rest,
            )
    async with db.reading() as session:
        every = (await session.scalars(select(Membership))).all()
        chosen = set((await session.scalars(select(Membership.id).where(is_previewed()))).all())
    expected = {row.id for row in every if previewed_at(StripeFacts.of(row)) is not None}
    assert chosen == expected
    assert 0 < len(chosen) < len(every)
