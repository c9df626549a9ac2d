"""Anchor arithmetic: boundaries come from the anchor, whatever the months in between."""

from calendar import monthrange
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from portal_app.sandbox.engine.calendar import Interval, boundary, boundary_after, month_end
from tests.provider.sandbox.shop import day

MOMENTS = st.integers(
    int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()),
)
INTERVALS: st.SearchStrategy[Interval] = st.sampled_from(["day", "week", "month", "year"])


def _unix(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_the_last_of_january() -> None:
    anchor = _unix("2023-01-31T10:00")
    found = [day(boundary(anchor, "month", 1, n)) for n in range(5)]
    assert found == ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"]


def test_a_leap_day_comes_back_after_four_years() -> None:
    anchor = _unix("2024-02-29T10:00")
    found = [day(boundary(anchor, "year", 1, n)) for n in range(5)]
    assert found == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


@given(MOMENTS, INTERVALS, st.integers(1, 12), MOMENTS)
def test_the_next_boundary_is_the_first_one_later(
    anchor: int, interval: Interval, count: int, moment: int
) -> None:
    found = boundary_after(anchor, interval, count, moment)
    assert found > moment
    number = next(
        n
        for n in _around(anchor, interval, count, found)
        if boundary(anchor, interval, count, n) == found
    )
    assert boundary(anchor, interval, count, number - 1) <= moment


def _around(anchor: int, interval: Interval, count: int, moment: int) -> range:
    days = {"day": 1, "week": 7, "month": 30.437, "year": 365.2425}[interval] * count
    guess = int((moment - anchor) / 86400 / days)
    return range(guess - 3, guess + 4)


@given(MOMENTS, INTERVALS, st.integers(1, 12), st.integers(-40, 40))
def test_boundaries_rise_and_keep_time_of_day(
    anchor: int, interval: Interval, count: int, number: int
) -> None:
    here = boundary(anchor, interval, count, number)
    assert here < boundary(anchor, interval, count, number + 1)
    assert here % 86400 == anchor % 86400


@given(MOMENTS, st.integers(1, 12), st.integers(-60, 60))
def test_months_keep_the_anchor_day_or_the_last_of_the_month(
    anchor: int, count: int, number: int
) -> None:
    start = datetime.fromtimestamp(anchor, UTC)
    found = datetime.fromtimestamp(boundary(anchor, "month", count, number), UTC)
    assert found.day == min(start.day, monthrange(found.year, found.month)[1])
    months = (found.year - start.year) * 12 + found.month - start.month
    assert months == number * count


@given(st.integers(2000, 2100), st.integers(1, 12))
def test_a_card_is_valid_until_its_month_is_over(year: int, month: int) -> None:
    last = datetime.fromtimestamp(month_end(year, month) - 1, UTC)
    assert (last.year, last.month) == (year, month)
    assert datetime.fromtimestamp(month_end(year, month), UTC).day == 1
