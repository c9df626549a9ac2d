"""The `Api-Version-Date` header: every real date is served one dialect, garbage is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from starlette.requests import Request

from portal_app.kit.errors import InvalidInput

HEADER: Final = "Api-Version-Date"
SERVED: Final = "2026-10-15-1"  # what whop-sdk 2.6.0 sends
_SHAPE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:-(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class ApiVersion:
    """A dated version; *revision* counts several of one day."""

    day: date
    revision: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY-MM-DD` or `YYYY-MM-DD-n`, future dates included; InvalidInput otherwise."""
        try:
            year, month, day, revision = _parts(text)
            return cls(date(year, month, day), revision)
        except ValueError:
            raise InvalidInput(
                f"{HEADER} must be a date such as {SERVED}.", code="invalid_api_version"
            ) from None


def _parts(text: str) -> tuple[int, int, int, int]:
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day, revision = (int(part) for part in match.groups(default="0"))
    return year, month, day, revision


def requested_version(request: Request) -> ApiVersion | None:
    """What the client asked for; None without the header. Raises InvalidInput for garbage."""
    text = request.headers.get(HEADER)
    return None if text is None else ApiVersion.parse(text)
