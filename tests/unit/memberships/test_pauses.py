"""What pausing does, for every state of a membership and policy of a company."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal_app.catalog.configuration import Configuration, PausePolicy
from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.pauses import (
    Obstacle,
    PauseKind,
    PausePlan,
    Terms,
    can_pause,
    plan_pause,
)
from portal_app.memberships.rules import Cycle, StripeFacts
from tests.unit.memberships.held import NOW, PERIOD_END, STARTED, a_membership

POLICY = PausePolicy()
TERMS = Terms(flexible=True, automatic=True, changes=False)


def facts(**over: Any) -> StripeFacts:
    return replace(StripeFacts.of(a_membership()), **over)


def cycle(interval: Interval = Interval.MONTH, count: int = 1) -> Cycle:
    anchor = PERIOD_END if interval is Interval.YEAR else STARTED
    return Cycle(anchor=anchor, interval=interval, count=count, amount=Money(2900, "USD"))


def plan(
    given: StripeFacts | None = None,
    terms: Terms = TERMS,
    policy: PausePolicy = POLICY,
    rhythm: Cycle | None = None,
    taken: tuple[datetime, ...] = (),
) -> PausePlan:
    given, rhythm = given or facts(), rhythm or cycle()
    return plan_pause(given, terms, policy, cycle=rhythm, taken=taken, now=NOW)


def resumptions(found: PausePlan) -> dict[int, str]:
    return {one.months: f"{one.resumes_at:%Y-%m-%d}" for one in found.choices}


def test_it_pauses_when_the_paid_period_is_over_for_whole_months() -> None:
    found = plan()
    assert (found.kind, found.starts_at) == (PauseKind.SUBSCRIPTION, PERIOD_END)
    assert resumptions(found) == {1: "2027-01-16", 2: "2027-02-16", 3: "2027-03-16"}
    assert can_pause(facts(), TERMS, POLICY, cycle=cycle(), taken=(), now=NOW)


@pytest.mark.parametrize("keeps_access", [True, False])
def test_a_short_month_shortens_no_pause(keeps_access: bool) -> None:
    rhythm = replace(cycle(), anchor=datetime(2026, 1, 31, 12, tzinfo=UTC))
    end = datetime(2026, 2, 28, 12, tzinfo=UTC)
    policy = PausePolicy(keeps_access=keeps_access)
    found = plan_pause(
        facts(current_period_end=end),
        TERMS,
        policy,
        cycle=rhythm,
        taken=(),
        now=end - timedelta(days=1),
    )
    assert resumptions(found) == {1: "2026-03-31", 2: "2026-04-30", 3: "2026-05-31"}


@pytest.mark.parametrize(
    ("terms", "policy"),
    [
        (replace(TERMS, flexible=False), POLICY),
        (replace(TERMS, automatic=False), POLICY),
        (TERMS, PausePolicy(keeps_access=True)),
    ],
)
def test_only_collection_pauses_where_access_is_kept_or_stripe_cant(
    terms: Terms, policy: PausePolicy
) -> None:
    assert plan(terms=terms, policy=policy).kind is PauseKind.COLLECTION


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (cycle(), {1: "2027-01-16", 2: "2027-02-16", 3: "2027-03-16"}),
        # Half a period can't be voided, and of a year nobody may get more than was agreed.
        (cycle(count=2), {1: "2027-01-16", 3: "2027-03-16"}),
        (cycle(Interval.YEAR), {}),
        (cycle(Interval.WEEK), {1: "2027-01-16", 2: "2027-02-13", 3: "2027-03-13"}),
    ],
)
def test_collection_resumes_with_a_renewal(rhythm: Cycle, expected: dict[int, str]) -> None:
    found = plan(policy=PausePolicy(keeps_access=True), rhythm=rhythm)
    assert resumptions(found) == expected
    assert (found.obstacle is Obstacle.TOO_LONG) == (not expected)


BOUGHT = {"source": MembershipSource.CHECKOUT, "stripe_status": "complete"}
TRIAL = {"stripe_status": "trialing", "trial_end_at": PERIOD_END}


@pytest.mark.parametrize(
    ("given", "obstacle"),
    [
        ({"stripe_status": "canceled", "ended_at": STARTED}, Obstacle.OVER),
        (BOUGHT, Obstacle.NOTHING_RENEWS),
        ({"stripe_status": "past_due"}, Obstacle.UNPAID),
        ({"stripe_status": "unpaid"}, Obstacle.UNPAID),
        ({"cancel_at_period_end": True}, Obstacle.ENDING),
        ({"stripe_status": "paused"}, Obstacle.PAUSED),
        ({"pause_behavior": "void"}, Obstacle.PAUSED),
        ({"pauses_at": PERIOD_END}, Obstacle.PAUSED),
        (TRIAL, Obstacle.TRIAL),
        ({"current_period_end": NOW}, Obstacle.RENEWING),
    ],
)
def test_what_stands_in_the_way(given: dict[str, Any], obstacle: Obstacle) -> None:
    found = plan(facts(**given))
    assert (found.obstacle, found.choices, found.told) == (obstacle, (), "")


def test_the_company_decides_whether_how_long_and_how_often() -> None:
    assert plan(policy=PausePolicy(offered=False)).obstacle is Obstacle.OFF
    assert plan(policy=PausePolicy(per_year=0)).obstacle is Obstacle.OFF
    assert list(resumptions(plan(policy=PausePolicy(longest_months=1)))) == [1]
    assert plan(terms=replace(TERMS, changes=True)).obstacle is Obstacle.CHANGING
    first, second = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
    assert plan(taken=(first,)).is_possible
    often = plan(taken=(first, second))
    assert (often.obstacle, often.again_at) == (Obstacle.TOO_OFTEN, first + timedelta(days=365))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, POLICY),
        ({"longest_months": 6, "per_year": 1}, PausePolicy(longest_months=6, per_year=1)),
        ({"offered": False, "keeps_access": True}, PausePolicy(offered=False, keeps_access=True)),
        ({"longest_months": 0, "per_year": -1, "offered": "no", "keeps_access": 1}, POLICY),
        ({"longest_months": True, "per_year": 99}, POLICY),
    ],
)
def test_what_is_stored_wrongly_is_the_default(body: dict[str, Any], expected: PausePolicy) -> None:
    assert Configuration.read({"pause": body}).pause == expected
    assert Configuration.read({"pause": "off"}).pause == POLICY
