"""What nobody signed in asks for has a pace of its own, by network, and none overtakes another."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from portal_app.kit.http.pace import Pace


@dataclass
class Time:
    """Stands still; notes how long whoever waits has to."""

    now: float = 100.0
    waits: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))

    def pace(self) -> Pace:
        return Pace(burst=3, gap=0.25, clock=lambda: self.now, sleep=self.sleep)


async def test_so_many_pass_at_once_and_the_others_one_after_the_other() -> None:
    time = Time()
    pace = time.pace()
    for _ in range(6):
        await pace.turn("203.0.113.1")
    assert time.waits == [0.25, 0.5, 0.75]
    await pace.turn("203.0.113.2")
    assert len(time.waits) == 3


async def test_rest_wins_the_burst_back_and_no_more_than_it() -> None:
    time = Time()
    pace = time.pace()
    for _ in range(3):
        await pace.turn("203.0.113.1")
    time.now += 3600
    for _ in range(4):
        await pace.turn("203.0.113.1")
    assert time.waits == [0.25]


@pytest.mark.parametrize(("weight", "passing"), [(1.0, 3), (0.1, 30)])
async def test_what_costs_less_weighs_less(weight: float, passing: int) -> None:
    time = Time()
    pace = time.pace()
    for _ in range(passing):
        await pace.turn("203.0.113.1", weight)
    assert sum(time.waits) == pytest.approx(0, abs=0.001)
    await pace.turn("203.0.113.1")
    assert time.waits[-1] == pytest.approx(0.25, abs=0.001)
