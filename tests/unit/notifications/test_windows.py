"""When people are told of what is ahead: early and late enough for every rule at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal_app.catalog.models import Interval
from portal_app.notifications.notices.windows import (
    LONGEST,
    RULES,
    Ahead,
    applying,
    cycle_length,
    days_ahead,
    is_long,
    opens_at,
)

LENGTHS = [timedelta(days=days) for days in (1, 3, 7, 8, 14, 30, 32, 92, 181, 365, 730)]


@pytest.mark.parametrize("about", list(Ahead))
@pytest.mark.parametrize("length", LENGTHS)
def test_the_day_satisfies_every_rule_that_applies(about: Ahead, length: timedelta) -> None:
    days = days_ahead(about, length)
    for rule in applying(about, length):
        assert days >= rule.least, rule.name
        assert rule.most is None or days <= rule.most, rule.name
    assert timedelta(days=days) < LONGEST


def test_every_rule_names_its_source_and_applies_to_something() -> None:
    for rule in RULES:
        assert rule.source
        assert any(rule in applying(rule.about, length) for length in LENGTHS)
        assert rule.most is None or rule.least <= rule.most


@pytest.mark.parametrize(
    ("about", "days", "ahead"),
    [
        (Ahead.RENEWAL, 365, 30),
        (Ahead.RENEWAL, 183, 30),
        (Ahead.RENEWAL, 92, 7),
        (Ahead.RENEWAL, 30, 7),
        (Ahead.RENEWAL, 7, 2),
        (Ahead.RENEWAL, 1, 0),
        (Ahead.TRIAL_END, 14, 7),
        (Ahead.TRIAL_END, 60, 7),
        (Ahead.PRICE_CHANGE, 30, 30),
    ],
)
def test_how_many_days(about: Ahead, days: int, ahead: int) -> None:
    assert days_ahead(about, timedelta(days=days)) == ahead


def test_a_day_begins_at_midnight_so_that_seven_days_are_not_less() -> None:
    ends = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    opens = opens_at(Ahead.TRIAL_END, ends, timedelta(days=14))
    assert opens == datetime(2026, 12, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("interval", "count", "long"),
    [
        (Interval.YEAR, 1, True),
        (Interval.MONTH, 6, True),
        (Interval.MONTH, 5, False),
        (Interval.WEEK, 26, True),
        (Interval.WEEK, 1, False),
        (Interval.DAY, 1, False),
        (None, 1, False),
    ],
)
def test_half_a_year_is_long(interval: Interval | None, count: int, *, long: bool) -> None:
    assert is_long(interval, count) is long
    assert (cycle_length(interval, count) == timedelta(0)) is (interval is None)
