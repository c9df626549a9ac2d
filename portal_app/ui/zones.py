"""Time zones: those that may be chosen, how they are called, and what an instant is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location, get_timezone_name

from portal_app.ui.catalogue import supported, translate

UTC_ZONE: Final = "UTC"
# What a page's `head.js` says of the browser, until the account has a zone of its own.
ZONE_COOKIE: Final = "portal_zone"
# IANA's own division; what stands outside it are old names and bare differences from UTC.
REGIONS: Final[Mapping[str, str]] = {
    "Africa": "Africa",
    "America": "America",
    "Antarctica": "Antarctica",
    "Arctic": "Arctic",
    "Asia": "Asia",
    "Atlantic": "Atlantic Ocean",
    "Australia": "Australia",
    "Europe": "Europe",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific Ocean",
}
_UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT"})


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every zone that may be chosen, each by its present name."""
    old = get_global("zone_aliases")
    named = (one for one in available_timezones() if one.partition("/")[0] in REGIONS)
    return frozenset({UTC_ZONE, *(one for one in named if one not in old)})


def known_zone(name: str) -> str:
    """The present name of the zone *name*; empty for what is none. Browsers say old names too."""
    if name in _UTC_NAMES:
        return UTC_ZONE
    present = get_global("zone_aliases").get(name, name)
    return present if present in zones() else ""


def in_zone(moment: datetime, zone: str) -> datetime:
    """The same instant as the clocks show it there; in UTC for what is no zone."""
    known = known_zone(zone)
    # A system without the IANA files has UTC all the same.
    return moment.astimezone(UTC if known in {"", UTC_ZONE} else ZoneInfo(known))


def short_name(local: datetime, locale: str) -> str:
    """`UTC`, `EDT`, `MESZ`: the name that the language has, else how far from UTC: `UTC+2`."""
    name = get_timezone_name(local, width="short", locale=supported(locale))
    return name if name[0].isalpha() else _distance(local)


def place_of(zone: str, locale: str) -> str:
    """`Berlin`, `New York`, in the language: the town that the zone is named after."""
    if zone == UTC_ZONE:
        return UTC_ZONE
    return get_timezone_location(ZoneInfo(zone), locale=supported(locale), return_city=True)


def choices(locale: str, now: datetime) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The zones by region, each as its name and a label: `Berlin (UTC+1)`. UTC stands alone."""
    found: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for zone in zones() - {UTC_ZONE}:
        label = f"{place_of(zone, locale)} ({_distance(in_zone(now, zone))})"
        found[zone.partition("/")[0]].append((zone, label))
    return [
        (translate(locale, REGIONS[region]), sorted(group, key=lambda one: one[1].casefold()))
        for region, group in found.items()
    ]


def _distance(local: datetime) -> str:
    """`UTC+1`, `UTC-3:30`."""
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "") if minutes else UTC_ZONE
