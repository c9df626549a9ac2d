"""When charges come: counted from the anchor, whatever the month, and only as long as it runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.memberships.rules import (
    Charge,
    Cycle,
    charges_until,
    first_charge_at,
    is_final,
    nth_period_end,
)
from portal_app.memberships.service.upcoming import expected
from tests.unit.memberships.held import PERIOD_END, a_plan, held

USD = Money(2900, "USD")
# From 2019 to 2031.
moments = st.integers(1_546_300_800, 1_924_991_999).map(lambda at: datetime.fromtimestamp(at, UTC))
cycles = st.builds(
    Cycle,
    anchor=moments,
    interval=st.sampled_from(Interval),
    count=st.integers(1, 12),
    amount=st.builds(Money, st.integers(1, 10**6), st.just("USD")),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T09:30:00+00:00")


def cycle(anchor: str, interval: Interval = Interval.MONTH, count: int = 1) -> Cycle:
    return Cycle(anchor=at(anchor), interval=interval, count=count, amount=USD)


def days(first: str, until: str, rhythm: Cycle, **over: Any) -> list[str]:
    found = charges_until(at(until), first_at=at(first), cycle=rhythm, **over)
    return [charge.at.date().isoformat() for charge in found]


@given(cycles, st.integers(0, 400))
def test_dates_are_those_of_the_anchor(rhythm: Cycle, n: int) -> None:
    """Whichever charge one begins with, the later ones are the same."""
    ends = [
        nth_period_end(rhythm.anchor, rhythm.interval, rhythm.count, n + step) for step in range(6)
    ]
    found = charges_until(ends[-1], first_at=ends[0], cycle=rhythm)
    assert [charge.at for charge in found] == ends


@given(cycles, moments)
def test_none_is_left_out_and_none_is_double(rhythm: Cycle, since: datetime) -> None:
    dates = list(islice(rhythm.due_after(since), 5))
    assert dates[0] > since
    assert all(earlier < later for earlier, later in pairwise(dates))
    if rhythm.interval in {Interval.DAY, Interval.WEEK}:
        step = rhythm.count * (7 if rhythm.interval is Interval.WEEK else 1)
        assert {later - earlier for earlier, later in pairwise(dates)} == {timedelta(days=step)}
    else:
        step = rhythm.count * (12 if rhythm.interval is Interval.YEAR else 1)
        months = [moment.year * 12 + moment.month for moment in dates]
        assert {later - earlier for earlier, later in pairwise(months)} == {step}
        assert all(_is_day_of(rhythm.anchor, moment) for moment in dates)
    assert {moment.timetz() for moment in dates} == {rhythm.anchor.timetz()}


def _is_day_of(anchor: datetime, moment: datetime) -> bool:
    """The anchor's day, or the last one of a month that is too short for it."""
    is_last = (moment + timedelta(days=1)).day == 1
    return moment.day == anchor.day or (is_last and moment.day < anchor.day)


@given(cycles, moments, st.integers(1, 500), st.integers(0, 500))
def test_an_end_only_cuts_off(rhythm: Cycle, first: datetime, horizon: int, end: int) -> None:
    until, ends = first + timedelta(days=horizon), first + timedelta(days=end)
    whole = list(charges_until(until, first_at=first, cycle=rhythm))
    cut = list(charges_until(until, first_at=first, cycle=rhythm, ends_at=ends))
    assert cut == [charge for charge in whole if charge.at < ends]


def test_the_31st_comes_back_after_every_short_month() -> None:
    assert days("2026-02-28", "2026-07-31", cycle("2026-01-31")) == [
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-07-31",
    ]


def test_a_leap_day_comes_back_after_three_years() -> None:
    yearly = cycle("2024-02-29", Interval.YEAR)
    assert days("2025-02-28", "2029-01-01", yearly) == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


@pytest.mark.parametrize(
    ("interval", "count", "dates"),
    [
        (Interval.DAY, 10, ["2026-11-26", "2026-12-06", "2026-12-16"]),
        (Interval.WEEK, 2, ["2026-11-26", "2026-12-10"]),
        (Interval.MONTH, 3, ["2026-11-26"]),
        (Interval.YEAR, 1, ["2026-11-26"]),
    ],
)
def test_every_interval(interval: Interval, count: int, dates: list[str]) -> None:
    assert days("2026-11-26", "2026-12-20", cycle("2026-11-26", interval, count)) == dates


def test_a_change_with_the_same_rhythm_keeps_the_anchor() -> None:
    later = Cycle(anchor=at("2026-01-31"), interval=Interval.MONTH, count=1, amount=USD * 2)
    found = charges_until(
        at("2026-05-01"),
        first_at=at("2026-02-28"),
        cycle=cycle("2026-01-31"),
        change=(at("2026-03-31"), later),
    )
    assert list(found) == [
        Charge(at=at("2026-02-28"), amount=USD),
        Charge(at=at("2026-03-31"), amount=USD * 2),
        Charge(at=at("2026-04-30"), amount=USD * 2),
    ]


def test_another_rhythm_begins_with_a_charge_of_its_own() -> None:
    yearly = Cycle(anchor=at("2026-03-31"), interval=Interval.YEAR, count=1, amount=USD * 10)
    change = (at("2026-03-31"), yearly)
    found = days("2026-02-28", "2027-12-31", cycle("2026-01-31"), change=change)
    assert found == ["2026-02-28", "2026-03-31", "2027-03-31"]
    assert days("2026-03-31", "2026-12-31", cycle("2026-01-31"), change=change) == ["2026-03-31"]


def year(one: Any) -> list[tuple[date, int]]:
    until = at("2027-11-20")
    found = expected(one, None, until)
    return [(charge.at.date(), charge.amount.minor) for charge in found]


def test_a_year_of_two_seats() -> None:
    charges = year(held(quantity=2))
    assert len(charges) == 12
    assert charges[0] == (date(2026, 12, 16), 5800)
    assert {amount for _, amount in charges} == {5800}


def test_a_trial_is_charged_from_its_end_on() -> None:
    ends = at("2026-11-25")
    trial = held(
        stripe_status="trialing",
        trial_end_at=ends,
        current_period_end=ends,
        billing_anchor_at=ends,
    )
    assert [day for day, _ in year(trial)][:2] == [date(2026, 11, 25), date(2026, 12, 25)]


def test_one_that_ends_in_the_middle_of_the_year() -> None:
    ending = held(cancel_at=at("2027-02-20"))
    assert [day.isoformat() for day, _ in year(ending)] == [
        "2026-12-16",
        "2027-01-16",
        "2027-02-16",
    ]
    rhythm = cycle("2026-05-16")
    assert is_final(ending.facts, rhythm, at("2027-02-16"))
    assert not is_final(ending.facts, rhythm, at("2027-01-16"))


def test_one_that_ends_with_its_period_is_charged_no_more() -> None:
    assert year(held(cancel_at_period_end=True)) == []
    assert year(held(cancel_at=PERIOD_END)) == []
    assert year(held(stripe_status="canceled", ended_at=PERIOD_END)) == []


def test_a_pause_of_collection_lets_the_periods_go_on() -> None:
    """The first period that begins after it is charged, on the day of the anchor."""
    paused = held(pause_behavior="void", resumes_at=at("2027-01-20"))
    assert year(paused)[0] == (date(2027, 2, 16), 2900)
    assert year(held(pause_behavior="void")) == []


def test_stripes_own_pause_ends_with_a_charge_and_a_new_anchor() -> None:
    paused = held(stripe_status="paused", resumes_at=at("2027-01-20"))
    assert [day for day, _ in year(paused)][:2] == [date(2027, 1, 20), date(2027, 2, 20)]
    never = held(stripe_status="paused", resumes_at=at("2027-01-20"), cancel_at=at("2027-01-10"))
    assert year(never) == []
    assert first_charge_at(held(stripe_status="paused").facts, cycle("2026-05-16")) is None


def test_a_scheduled_plan_is_what_later_charges_are_estimated_by() -> None:
    pro = a_plan(id="plan_pro", amount_minor=5900)
    change = {"plan_id": "plan_pro", "quantity": 2, "takes_effect_at": at("2027-01-16").isoformat()}
    charges = year(held(scheduled_change=change, scheduled=pro))
    assert [amount for _, amount in charges[:3]] == [2900, 11800, 11800]
    assert len(charges) == 12
    unknown = year(held(scheduled_change={"takes_effect_at": at("2027-01-16").isoformat()}))
    assert {amount for _, amount in unknown} == {2900}


def test_what_is_billed_by_use_is_not_estimated() -> None:
    assert year(held(price_minor=0)) == []
