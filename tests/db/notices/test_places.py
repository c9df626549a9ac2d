"""Notices that the law of one place asks for reach who lives there, once, and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from portal_app.catalog.models import Interval
from portal_app.notifications.notices.places import LATEST
from tests.conftest import Clocks
from tests.factories import NOW, STARTED, make_plan
from tests.notice_world import NoticeWorld

ADA = "ada@example.com"
CALIFORNIA, FRANCE = {"country": "US", "state": "CA"}, {"country": "FR"}


def at(clocks: Clocks, moment: datetime) -> None:
    clocks.business.at = clocks.wall.at = moment


async def living(world: NoticeWorld, address: dict[str, Any], **over: Any) -> None:
    """Ada lives there; Ben, who holds the same, nowhere that is known. Both run for long."""
    await world.change(world.hers.customer, address=address)
    for held in (world.hers, world.his):
        await world.change(held.membership, current_period_end=NOW + timedelta(days=900), **over)


def next_anniversary() -> datetime:
    year = NOW.year if STARTED.replace(year=NOW.year) > NOW else NOW.year + 1
    return STARTED.replace(year=year, hour=0, minute=1)


async def test_california_is_reminded_on_each_anniversary(
    world: NoticeWorld, clocks: Clocks
) -> None:
    await living(world, CALIFORNIA)
    day = next_anniversary()
    at(clocks, day - timedelta(days=1))
    assert await world.look() == 0
    at(clocks, day)
    assert await world.look() == 1
    at(clocks, day + timedelta(days=3))
    assert await world.look() == 0
    at(clocks, day.replace(year=day.year + 1))
    assert await world.look() == 1
    assert await world.told() == [("yearly_reminder", ADA)] * 2


@pytest.mark.parametrize(
    "over", [{"cancel_at_period_end": True}, {"price_minor": 0}, {"stripe_status": "canceled"}]
)
async def test_who_pays_nothing_more_is_not_reminded(
    world: NoticeWorld, clocks: Clocks, over: dict[str, Any]
) -> None:
    await living(world, CALIFORNIA, **over)
    at(clocks, next_anniversary())
    assert await world.look() == 0


async def test_a_reminder_that_was_missed_for_long_is_left_to_the_next_year(
    world: NoticeWorld, clocks: Clocks
) -> None:
    await living(world, CALIFORNIA)
    at(clocks, next_anniversary() + LATEST)
    assert await world.look() == 0


async def test_france_is_told_months_ahead_and_once(world: NoticeWorld, clocks: Clocks) -> None:
    due = NOW + timedelta(days=200)
    async with world.db.unit_of_work() as session:
        plan = await make_plan(session, interval=Interval.YEAR, amount_minor=29000)
    await living(world, FRANCE)
    for held in (world.hers, world.his):
        await world.change(
            held.membership, plan_id=plan.id, product_id=plan.product_id, current_period_end=due
        )
    at(clocks, due - timedelta(days=91))
    assert await world.look() == 0
    at(clocks, due - timedelta(days=88))
    assert await world.look() == 1
    at(clocks, due - timedelta(days=60))
    assert await world.look() == 0
    assert await world.told() == [("tacit_renewal", ADA)]


async def test_a_month_has_no_day_that_is_early_enough(world: NoticeWorld, clocks: Clocks) -> None:
    await living(world, FRANCE)
    at(clocks, NOW + timedelta(days=900 - 60))
    assert await world.look() == 0
