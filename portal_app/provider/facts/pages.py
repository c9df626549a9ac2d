"""A page of a listing, and which part of the listing it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from portal_app.provider.errors import MalformedObject

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListParams:
    """Which part of a listing is wanted: what was made *since*, from behind the *after*th id on."""

    after: str | None = None
    since: datetime | None = None


WHOLE: Final = ListParams()


@dataclass(frozen=True, slots=True)
class Page(Generic[Fact]):
    """*observed_at* is wall time before the fetch began, *cursor* None on the last page."""

    facts: tuple[Fact, ...]
    malformed: tuple[MalformedObject, ...]
    observed_at: datetime
    cursor: str | None
