"""How far the demo's clock is to go, as people type it: `3d`, `1mo`, `next-renewal`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal_app.demo.timeline import before
from portal_app.kit.errors import InvalidInput

_SHAPE = re.compile(r"(\d{1,4}) ?(h|d|w|mo|y)")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_MONTHS = {"mo": 1, "y": 12}
LONGEST: Final = timedelta(days=3660)
TOO_FAR: Final = "The demo's clock goes ten years at a time at most."
# Each word names the moments of `upcoming` that it goes to.
WORDS: Final = {
    "next-renewal": ("renews", "trial_ends"),
    "card-expiry": ("card_expires",),
}


@dataclass(frozen=True)
class Duration:
    """Calendar months, then exact time; one of them is 0."""

    months: int = 0
    by: timedelta = timedelta()

    def after(self, moment: datetime) -> datetime:
        """The same day of a later month (or its last), or exactly so much later."""
        return before(moment, months=-self.months) + self.by


def parse_duration(text: str) -> Duration:
    """`3d` → three days. Raises InvalidInput for anything else, zero and over ten years included.

    A month is one of the calendar: 31 January and `1mo` is 28 or 29 February.
    """
    match = _SHAPE.fullmatch(text.strip().lower())
    if match is None or not int(match[1]):
        raise InvalidInput("That is no duration: write 12h, 3d, 2w, 1mo or 1y.")
    count, unit = int(match[1]), match[2]
    if unit in _MONTHS:
        duration = Duration(months=count * _MONTHS[unit])
    else:
        duration = Duration(by=timedelta(**{_UNITS[unit]: count}))
    if duration.by + timedelta(days=30 * duration.months) > LONGEST:
        raise InvalidInput(TOO_FAR)
    return duration
