"""What only one place asks for: who lives there, and on which day it is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal_app.notifications.notices.places import (
    FAR_AHEAD,
    TACIT_RENEWAL,
    YEARLY,
    anniversary,
    closes_at,
    opens_at,
    rule_for,
)

YEAR, MONTH = timedelta(days=365), timedelta(days=30)
CALIFORNIA, TEXAS = {"country": "US", "state": "CA"}, {"country": "US", "state": "TX"}
FRANCE = {"country": "FR"}


@pytest.mark.parametrize(
    ("address", "yearly", "tacit"),
    [
        (CALIFORNIA, True, False),
        ({"country": "us", "state": " california "}, True, False),
        (TEXAS, False, False),
        ({"country": "US"}, False, False),
        ({"country": "CA", "state": "CA"}, False, False),
        (FRANCE, False, True),
        ({}, False, False),
        ({"country": None}, False, False),
    ],
)
def test_it_is_for_who_lives_there(address: dict[str, object], yearly: bool, tacit: bool) -> None:
    assert (rule_for(YEARLY, address, MONTH) is not None) is yearly
    assert (rule_for(TACIT_RENEWAL, address, YEAR) is not None) is tacit
    assert rule_for(TACIT_RENEWAL, address, MONTH) is None


def test_every_rule_has_a_source_and_a_date_and_can_be_kept() -> None:
    for rule in (*YEARLY, *TACIT_RENEWAL):
        assert rule.source
        assert rule.as_of <= date(2026, 11, 27)
    for rule in TACIT_RENEWAL:
        assert 0 < rule.least < rule.most < rule.longer_than.days
        assert timedelta(days=rule.most) < FAR_AHEAD


def day(year: int, month: int, of_month: int, hour: int = 0) -> datetime:
    return datetime(year, month, of_month, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (day(2025, 2, 27), None),
        (day(2025, 2, 28), day(2025, 2, 28)),
        (day(2026, 2, 27, 23), day(2025, 2, 28)),
        (day(2028, 2, 29), day(2028, 2, 29)),
        (day(2024, 2, 29, 23), None),
    ],
)
def test_a_year_is_full_on_its_day_and_after_a_leap_day_on_the_28th(
    now: datetime, found: datetime | None
) -> None:
    assert anniversary(day(2024, 2, 29, 12), now) == found


def test_france_is_told_between_three_months_and_one_month_before() -> None:
    (rule,) = TACIT_RENEWAL
    due = day(2026, 12, 31, 12)
    assert opens_at(rule, due) == day(2026, 10, 3)
    assert closes_at(rule, due) == day(2026, 12, 1)
