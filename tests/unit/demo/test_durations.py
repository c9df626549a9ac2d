"""How far the demo's clock goes: what people type, and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal_app.demo.durations import parse_duration
from portal_app.kit.errors import InvalidInput

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("12h", START + timedelta(hours=12)),
        (" 3D ", START + timedelta(days=3)),
        ("2w", START + timedelta(days=14)),
        ("1mo", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("2mo", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        ("13mo", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        ("10y", datetime(2036, 1, 31, 12, tzinfo=UTC)),
    ],
)
def test_durations_arrive_by_the_calendar(typed: str, arrives: datetime) -> None:
    assert parse_duration(typed).after(START) == arrives


@pytest.mark.parametrize("typed", ["", "0d", "-3d", "3", "d", "3 fortnights", "11y", "9999w", "1m"])
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_duration(typed)
