"""Lengths of time as people type them: `12h`, `3d`, `2w`."""

from __future__ import annotations

import re
from datetime import timedelta

from portal_app.kit.errors import InvalidInput

_SHAPE = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str) -> timedelta:
    """`3d` → three days. Raises InvalidInput for anything else, zero included."""
    match = _SHAPE.fullmatch(text.strip().lower())
    if match is None or not int(match[1]):
        raise InvalidInput(f"“{text}” is no duration: write 12h, 3d or 2w.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
