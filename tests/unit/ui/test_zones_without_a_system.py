"""A system without the IANA files, as slim containers are, offers the same zones all the same."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from portal_app.ui import zones

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def bare_system() -> Iterator[None]:
    """No directory of zones; what was read from one before is forgotten, then and afterwards."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    _forget()
    yield
    zoneinfo.reset_tzpath(to=before)
    _forget()


def _forget() -> None:
    zones.zones.cache_clear()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("bare_system")
def test_zones_are_offered_and_told_without_the_systems_files() -> None:
    offered = {name for _, group in zones.choices("de", NOON) for name, _ in group}
    assert {"Europe/Berlin", "America/New_York", "Asia/Tokyo"} <= offered
    assert zones.known_zone("Asia/Calcutta") == "Asia/Kolkata"
    assert zones.in_zone(NOON, "Europe/Berlin").hour == 14
