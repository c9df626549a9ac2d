"""Whoever does what in whichever order: one membership goes only from state to state as it may.

Never a charge after the end that somebody was told; asked, told and happened agree; what was shown
is what is charged. `make test` tells a few stories, `make soak` hundreds; both databases, each from
its seed.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from random import Random
from typing import Any

import pytest

from portal_app.catalog.models import Company
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.kit.db import Database
from portal_app.memberships.models import Cancellation
from portal_app.memberships.rules import OVER, MembershipStatus, StripeFacts, status_of
from tests.conftest import Clocks
from tests.factories import actor_of, make_configuration
from tests.provider.adapter.account import imported, rows
from tests.provider.adapter.charging_shop import known_person
from tests.provider.adapter.exit_story import ExitStory

SEEDS = int(os.environ.get("PORTAL_EXIT_SEEDS", "400")) if os.environ.get("PORTAL_SOAK") else 2
FIRST = int(os.environ.get("PORTAL_EXIT_FIRST", "0"))
STEPS = 40
S = MembershipStatus
# What may follow on what between two looks; several things may have happened in between.
RUNNING = frozenset({S.ACTIVE, S.TRIALING, S.PAST_DUE, S.UNRESOLVED})
LEGAL = {
    **{status: RUNNING | {S.CANCELED} for status in RUNNING},
    # The end is final, but for a new subscription that begins paid.
    S.CANCELED: frozenset({S.CANCELED, S.ACTIVE}),
}


@pytest.fixture
async def story(
    request: pytest.FixtureRequest, companies: Database, clocks: Clocks
) -> AsyncIterator[ExitStory]:
    chance = Random(request.param)  # noqa: S311 -- the same story each time
    story = ExitStory(chance, companies, clocks)
    await imported(story.writer, companies)
    story.people = [
        actor_of(await known_person(companies, email))
        for email in ("ada@example.com", "ben@example.com")
    ]
    await story.find()
    plans = await story.plans()
    discount = {"coupon": story.coupon, "percent_off": 20, "months": None}
    body = {"cancel": {"discounts": {plans[2900]: discount}, "undo_company_end": True}}
    async with companies.unit_of_work() as session:
        company = await session.get_one(Company, "biz_northwind")
        await make_configuration(session, company, body=body)
    yield story
    await story.close()


class Watch:
    """Looks after every step."""

    def __init__(self, story: ExitStory) -> None:
        self.story, self.status, self.joined = story, MembershipStatus.ACTIVE, 0

    async def look(self, after: str) -> None:
        row = await self.story.row()
        status = status_of(StripeFacts.of(row))
        assert status in LEGAL[self.status], f"after {after}: {self.status} became {status}"
        self.status = status
        await check_ends(self.story, after)
        check_one_runs(self.story, after)


async def check_ends(story: ExitStory, after: str) -> None:
    """Of every cancellation that stands: when, and that nothing was kept from later.

    While a change waits for the provider nobody knows how things stand there.
    """
    intents: dict[str, Intent] = {row.id: row for row in await rows(story.db, Intent)}
    if any(row.done_at is None for row in intents.values()):
        return
    for noted in await rows(story.db, Cancellation):
        intent = intents[noted.intent_id]
        if noted.undone_at is not None or intent.outcome is not IntentOutcome.DONE:
            continue
        check_end(story, noted, intent, after)


def check_end(story: ExitStory, noted: Cancellation, intent: Intent, after: str) -> None:
    told = datetime.fromisoformat(intent.payload["ends_at"]).timestamp()
    sub: Any = story.account.world.objects[intent.payload["subscription"]]
    ended = sub["ended_at"]
    assert noted.confirmed_at is not None, after
    assert noted.ends_at is not None, after
    arranged = sub["cancel_at_period_end"] or sub["status"] == "canceled"
    assert arranged, f"after {after}: {noted.reference} was cancelled and goes on"
    asked = noted.asked_at.timestamp()
    # What had ended before, and nobody had told us of, is answered as it is.
    if ended is None or ended > asked:
        # Of a renewal that nobody had told us of, what was shown is past: then it ends at once.
        assert asked <= max(told, noted.ends_at.timestamp()), f"after {after}: ended before asked"
    if ended is not None:
        assert ended <= max(noted.ends_at.timestamp(), told) + LATE, after
    late = [(at, amount) for at, amount in story.kept(sub["id"]) if at > told and amount]
    assert late == [], f"after {after}: charged after {told} and not given back"


# The provider may not be told of it for as long as it is away: a step of time is at most this.
LATE = 33 * 86_400


def check_one_runs(story: ExitStory, after: str) -> None:
    """Nobody pays for one membership twice; Ben pays for his own and nobody touches it."""
    ended = {"canceled", "incomplete_expired", "incomplete"}
    hers, his = (
        [sub for sub in story.subscriptions(customer) if sub["status"] not in ended]
        for customer in story.customers
    )
    assert len(hers) <= 1, f"after {after}: several run"
    assert [sub["cancel_at_period_end"] for sub in his] == [False], f"after {after}"


async def settle(story: ExitStory) -> None:
    """Everything that waited is done, and we have heard of it."""
    for _ in range(3):
        await story.work()
        story.tick(minutes=5)
    await story.compare()


@pytest.mark.parametrize("story", range(FIRST, FIRST + SEEDS), indirect=True)
async def test_it_is_only_ever_what_it_may_be(story: ExitStory) -> None:
    watch = Watch(story)
    for _ in range(STEPS):
        await watch.look(await story.step())
    await settle(story)
    await watch.look("all of it")
    row = await story.row()
    (newest,) = story.subscriptions(story.customers[0])[-1:]
    running = [
        sub["id"]
        for sub in story.subscriptions(story.customers[0])
        if sub["status"] not in {"canceled", "incomplete_expired", "incomplete"}
    ]
    assert bool(running) is (status_of(StripeFacts.of(row)) not in OVER)
    if running:
        assert newest["id"] == running[0]
        assert row.cancel_at_period_end == newest["cancel_at_period_end"]
