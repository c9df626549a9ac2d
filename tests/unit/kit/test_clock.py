"""What people are shown of the wall clock, where business time is the sandbox's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal_app.kit.clock import SystemClock, in_business_time, install
from tests.conftest import Clocks

AGE = timedelta(minutes=3)


def test_what_was_seen_is_as_old_by_the_business_clock(clocks: Clocks) -> None:
    clocks.business.at = datetime(2027, 2, 1, tzinfo=UTC)
    assert in_business_time(clocks.wall.at - AGE) == clocks.business.at - AGE


def test_where_both_clocks_are_the_machines_it_is_the_same_moment(clocks: Clocks) -> None:
    install(business=SystemClock())
    seen = clocks.wall.at - AGE
    assert in_business_time(seen) == seen
