"""Status, access and dates of a membership, from Stripe's facts alone."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.catalog.configuration import AccessPolicy
from portal_app.catalog.models import Interval
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.rules import (
    MembershipStatus,
    StripeFacts,
    access_while_past_due_until,
    ends_at,
    grants_access,
    is_canceling,
    is_current,
    is_paused,
    most_recent_action,
    nth_period_end,
    renewal_date,
    status_of,
)

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
STRIPE_STATUSES = [
    "trialing",
    "active",
    "past_due",
    "incomplete",
    "incomplete_expired",
    "unpaid",
    "paused",
    "canceled",
]


def facts(**over: Any) -> StripeFacts:
    given: dict[str, Any] = {
        "source": MembershipSource.SUBSCRIPTION,
        "stripe_status": "active",
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "ended_at": None,
        "trial_end_at": None,
        "current_period_start": START,
        "current_period_end": END,
        "billing_anchor_at": START,
        "paused_at": None,
        "pause_behavior": "",
        "resumes_at": None,
        "started_at": START,
    }
    return StripeFacts(**{**given, **over})


def one_time(**over: Any) -> StripeFacts:
    given: dict[str, Any] = {
        "source": MembershipSource.CHECKOUT,
        "stripe_status": "",
        "current_period_start": None,
        "current_period_end": None,
        "billing_anchor_at": None,
    }
    return facts(**{**given, **over})


@pytest.mark.parametrize(
    ("stripe_status", "status"),
    [
        ("trialing", MembershipStatus.TRIALING),
        ("active", MembershipStatus.ACTIVE),
        ("past_due", MembershipStatus.PAST_DUE),
        ("incomplete", MembershipStatus.DRAFTED),
        ("incomplete_expired", MembershipStatus.EXPIRED),
        ("unpaid", MembershipStatus.UNRESOLVED),
        ("paused", MembershipStatus.ACTIVE),
        ("canceled", MembershipStatus.CANCELED),
        ("something_new_at_stripe", MembershipStatus.UNRESOLVED),
        ("", MembershipStatus.UNRESOLVED),
    ],
)
def test_each_status_of_a_subscription_has_ours(
    stripe_status: str, status: MembershipStatus
) -> None:
    assert status_of(facts(stripe_status=stripe_status)) is status


@pytest.mark.parametrize("source", [MembershipSource.CHECKOUT, MembershipSource.INVOICE])
def test_a_purchase_is_completed_until_it_ends(source: MembershipSource) -> None:
    assert status_of(one_time(source=source)) is MembershipStatus.COMPLETED
    assert status_of(one_time(source=source, ended_at=START)) is MembershipStatus.EXPIRED
    ended = one_time(source=source, ended_at=START, canceled_at=START)
    assert status_of(ended) is MembershipStatus.CANCELED


@pytest.mark.parametrize(
    ("given_facts", "action"),
    [
        (facts(), ("renewing_on", END)),
        (facts(cancel_at_period_end=True), ("canceling_on", END)),
        (facts(cancel_at=NOW), ("canceling_on", NOW)),
        (facts(stripe_status="trialing", trial_end_at=END), ("trial_ends_at", END)),
        (
            facts(stripe_status="trialing", trial_end_at=END, cancel_at_period_end=True),
            ("trial_canceling_on", END),
        ),
        (facts(stripe_status="past_due"), ("past_due", START)),
        (
            facts(stripe_status="past_due", next_payment_attempt_at=NOW),
            ("next_payment_attempt", NOW),
        ),
        (facts(pause_behavior="void", paused_at=NOW), ("paused_at", NOW)),
        (facts(stripe_status="paused", paused_at=NOW), ("paused_at", NOW)),
        (facts(pauses_at=END), ("paused_at", END)),
        (
            facts(stripe_status="paused", paused_at=NOW, cancel_at_period_end=True),
            ("canceling_on", END),
        ),
        (facts(stripe_status="unpaid"), ("unresolved_at", START)),
        (facts(stripe_status="canceled", ended_at=NOW), ("canceled_on", NOW)),
        (facts(stripe_status="canceled", canceled_at=NOW), ("canceled_on", NOW)),
        (facts(stripe_status="incomplete"), (None, None)),
        (one_time(), (None, None)),
        (one_time(cancel_at=END), ("ending_on", END)),
    ],
)
def test_the_most_recent_action_is_what_the_customer_wants_to_know(
    given_facts: StripeFacts, action: tuple[str | None, datetime | None]
) -> None:
    assert most_recent_action(given_facts) == action


@pytest.mark.parametrize(
    ("given_facts", "due"),
    [
        (facts(), END),
        (facts(stripe_status="trialing", trial_end_at=NOW), NOW),
        (facts(stripe_status="past_due"), END),
        (facts(cancel_at_period_end=True), None),
        (facts(cancel_at=END), None),
        (facts(cancel_at=END + timedelta(days=60)), END),
        (facts(stripe_status="paused"), None),
        (facts(pause_behavior="keep_as_draft"), None),
        (facts(pauses_at=END - timedelta(minutes=1)), None),
        (facts(pauses_at=END + timedelta(days=40)), END),
        (facts(stripe_status="unpaid"), None),
        (facts(stripe_status="incomplete"), None),
        (facts(stripe_status="canceled", ended_at=START), None),
        (one_time(), None),
    ],
)
def test_a_renewal_is_announced_only_when_it_will_come(
    given_facts: StripeFacts, due: datetime | None
) -> None:
    assert renewal_date(given_facts) == due


@pytest.mark.parametrize(
    ("given_facts", "access"),
    [
        (facts(), True),
        (facts(stripe_status="trialing", trial_end_at=END), True),
        (facts(stripe_status="past_due"), True),
        (facts(stripe_status="paused"), False),
        # Paid for until the end of the period, whatever the company does about pauses.
        (facts(pause_behavior="void", paused_at=NOW), True),
        (facts(pauses_at=END), True),
        (one_time(), True),
        (facts(cancel_at=NOW + timedelta(seconds=1)), True),
        (facts(cancel_at=NOW), False),
        (one_time(cancel_at=NOW), False),
        (facts(stripe_status="unpaid"), False),
        (facts(stripe_status="incomplete"), False),
        (facts(stripe_status="canceled", ended_at=NOW), False),
        (facts(stripe_status="unknown"), False),
    ],
)
def test_access_by_default(given_facts: StripeFacts, access: bool) -> None:
    assert grants_access(given_facts, AccessPolicy(), NOW) is access


def test_a_company_may_close_the_door_while_past_due_or_paused() -> None:
    strict = AccessPolicy(while_past_due=False, while_paused=False)
    assert not grants_access(facts(stripe_status="past_due"), strict, NOW)
    assert not grants_access(facts(pause_behavior="void"), strict, NOW)
    asked = facts(pause_behavior="void", paused_at=NOW)
    assert grants_access(asked, strict, END - timedelta(seconds=1))
    assert not grants_access(asked, strict, END)
    assert grants_access(facts(), strict, NOW)


def test_grace_counts_from_the_start_of_the_unpaid_period() -> None:
    policy, unpaid = AccessPolicy(grace_days=7), facts(stripe_status="past_due")
    last_moment = START + timedelta(days=7)
    assert access_while_past_due_until(unpaid, policy) == last_moment
    assert grants_access(unpaid, policy, last_moment - timedelta(seconds=1))
    assert not grants_access(unpaid, policy, last_moment)


any_facts = st.builds(
    facts,
    source=st.sampled_from(list(MembershipSource)),
    stripe_status=st.sampled_from(STRIPE_STATUSES),
    cancel_at=st.none() | st.sampled_from([START, NOW, END]),
    cancel_at_period_end=st.booleans(),
    ended_at=st.none() | st.sampled_from([START, NOW]),
    pause_behavior=st.sampled_from(["", "void"]),
    trial_end_at=st.none() | st.just(END),
)


@given(any_facts)
def test_the_answers_never_contradict_each_other(one: StripeFacts) -> None:
    if grants_access(one, AccessPolicy(), NOW):
        assert is_current(one, NOW)  # what can be used is never listed as past
    if renewal_date(one) is not None:
        assert one.recurring
        assert ends_at(one) is None
        assert not is_paused(one)
    if is_canceling(one):
        assert ends_at(one) is not None
        assert status_of(one) not in {MembershipStatus.CANCELED, MembershipStatus.EXPIRED}
    action, at = most_recent_action(one)
    assert action is not None or at is None


def test_a_short_month_does_not_move_the_ones_after_it() -> None:
    anchor = datetime(2026, 1, 31, 8, 15, tzinfo=UTC)
    ends = [nth_period_end(anchor, Interval.MONTH, 1, n).date().isoformat() for n in range(5)]
    assert ends == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    leap = datetime(2024, 2, 29, tzinfo=UTC)
    years = [nth_period_end(leap, Interval.YEAR, 1, n).date().isoformat() for n in range(5)]
    assert years == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


anchors = st.builds(timedelta, days=st.integers(0, 36500), seconds=st.integers(0, 86399)).map(
    datetime(2000, 1, 1, tzinfo=UTC).__add__
)
counts, periods = st.integers(1, 36), st.integers(0, 60)


@given(anchors, st.sampled_from([Interval.MONTH, Interval.YEAR]), counts, periods)
def test_months_and_years_keep_the_anchors_day_and_time(
    anchor: datetime, interval: Interval, count: int, n: int
) -> None:
    end = nth_period_end(anchor, interval, count, n)
    months = n * count * (12 if interval is Interval.YEAR else 1)
    assert (end.year - anchor.year) * 12 + end.month - anchor.month == months
    assert end.timetz() == anchor.timetz()
    assert end.day == min(anchor.day, monthrange(end.year, end.month)[1])


@given(anchors, counts, periods)
def test_days_and_weeks_are_exact(anchor: datetime, count: int, n: int) -> None:
    assert nth_period_end(anchor, Interval.DAY, count, n) - anchor == timedelta(days=n * count)
    weeks = nth_period_end(anchor, Interval.WEEK, count, n) - anchor
    assert weeks == timedelta(weeks=n * count)


@given(anchors, st.sampled_from(list(Interval)), counts, periods)
def test_periods_follow_each_other(
    anchor: datetime, interval: Interval, count: int, n: int
) -> None:
    assert nth_period_end(anchor, interval, count, 0) == anchor
    end = nth_period_end(anchor, interval, count, n)
    assert end < nth_period_end(anchor, interval, count, n + 1)
    assert nth_period_end(anchor, interval, 1, count * n) == end
