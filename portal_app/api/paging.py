"""Pages of a list: a window between two opaque cursors, cut from its start or from its end.

A cursor is a position in the list's order (a time, then ids that make it unique) and never an
offset: rows that come or go shift nothing, and the thousandth page costs what the first one does.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from portal_app.api.query import Parameter, Query
from portal_app.api.shapes import PageInfo
from portal_app.kit.errors import InvalidInput

Row = TypeVar("Row")
DEFAULT_SIZE: Final = 10
LARGEST_SIZE: Final = 100

FIRST: Final = Parameter(
    name="first",
    says=f"How many to return from the start of the range: {DEFAULT_SIZE} unless given, at most "
    f"{LARGEST_SIZE}.",
    kind="integer",
)
LAST: Final = Parameter(
    name="last", says="How many to return from the end of the range.", kind="integer"
)
AFTER: Final = Parameter(
    name="after", says="Only what comes after this cursor: `page_info.end_cursor` of a page."
)
BEFORE: Final = Parameter(
    name="before", says="Only what comes before this cursor: `page_info.start_cursor` of a page."
)
CREATED_AFTER: Final = Parameter(
    name="created_after", says="Only what was created after this time.", kind="date-time"
)
CREATED_BEFORE: Final = Parameter(
    name="created_before", says="Only what was created before this time.", kind="date-time"
)
DIRECTION: Final = Parameter(
    name="direction", says="Newest first (`desc`) unless given.", choices=("asc", "desc")
)
ORDER: Final = Parameter(name="order", says="The one order there is.", choices=("created_at",))
PAGING: Final = (FIRST, AFTER, LAST, BEFORE, ORDER, DIRECTION, CREATED_AFTER, CREATED_BEFORE)

_POSITION = re.compile(r"(-?\d{1,18})\.(\w{1,80})\.(\w{0,80})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Position(NamedTuple):
    """Where a row stands; *tie* is for lists in which several rows share an id."""

    at: datetime
    id: str = ""
    tie: str = ""

    @property
    def cursor(self) -> str:
        text = f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.id}.{self.tie}"
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


# No row stands outside these; an empty id comes before every other in any collation.
_OLDEST: Final = Position(datetime.min.replace(tzinfo=UTC))
_NEWEST: Final = Position(datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What to read: positions strictly between *oldest* and *newest*, *size* of them.

    *from_start* counts from the start of the list's order; *descending* is that order.
    """

    oldest: Position
    newest: Position
    size: int
    descending: bool
    from_start: bool
    has_after: bool
    has_before: bool

    @property
    def reads_descending(self) -> bool:
        """Which way the rows are read so that a limit cuts at the right end."""
        return self.descending is self.from_start

    @property
    def bounds(self) -> dict[str, object]:
        """What every list statement takes; one row more than asked for tells that there is more."""
        lower, upper = self.oldest, self.newest
        return {
            "rows": self.size + 1,
            "oldest_at": lower.at,
            "oldest_id": lower.id,
            "oldest_tie": lower.tie,
            "newest_at": upper.at,
            "newest_id": upper.id,
            "newest_tie": upper.tie,
        }


def read_window(query: Query) -> Window:
    """The window that *query* asks for; InvalidInput for a malformed one."""
    query.value(ORDER)
    after, before = _position(query, AFTER), _position(query, BEFORE)
    first, last = query.count(FIRST), query.count(LAST)
    if first is not None and last is not None:
        raise InvalidInput("Send either first or last.", code="invalid_parameter")
    descending = query.value(DIRECTION) != "asc"
    # Newest first, what comes after a cursor is older than it.
    since, until = (before, after) if descending else (after, before)
    return Window(
        oldest=max(_OLDEST, since or _OLDEST, _created_after(query)),
        newest=min(_NEWEST, until or _NEWEST, _created_before(query)),
        size=min(first or last or DEFAULT_SIZE, LARGEST_SIZE),
        descending=descending,
        from_start=last is None,
        has_after=after is not None,
        has_before=before is not None,
    )


def _position(query: Query, parameter: Parameter) -> Position | None:
    cursor = query.value(parameter)
    if cursor is None:
        return None
    try:
        return _decoded(cursor)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{parameter.name} is no cursor of a list.", code="invalid_cursor"
        ) from None


def _decoded(cursor: str) -> Position:
    """Raises ValueError or OverflowError for anything that `Position.cursor` has not written."""
    text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    match = _POSITION.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return Position(_EPOCH + timedelta(microseconds=int(match[1])), match[2], match[3])


def _created_after(query: Query) -> Position:
    """Times have microseconds, so “after” is “from the next one on”, whatever the id."""
    moment = query.moment(CREATED_AFTER)
    if moment is None:
        return _OLDEST
    last = _NEWEST.at
    return Position(moment + timedelta(microseconds=1)) if moment < last else _NEWEST


def _created_before(query: Query) -> Position:
    moment = query.moment(CREATED_BEFORE)
    return _NEWEST if moment is None else Position(moment)


def cut(
    rows: list[Row], window: Window, position_of: Callable[[Row], Position]
) -> tuple[list[Row], PageInfo]:
    """*rows* as read for *window*, in the list's order, and what stands around them.

    `end_cursor` is null on the last page: SDKs go on for as long as there is one.
    """
    more = len(rows) > window.size
    page = rows[: window.size]
    if not window.from_start:
        page.reverse()
    has_next = window.has_before or (more and window.from_start)
    has_previous = window.has_after or (more and not window.from_start)
    return page, {
        "start_cursor": position_of(page[0]).cursor if page else None,
        "end_cursor": position_of(page[-1]).cursor if page and has_next else None,
        "has_next_page": has_next,
        "has_previous_page": has_previous,
    }
