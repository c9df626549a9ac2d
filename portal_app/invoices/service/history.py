"""The billing history of a person, over all their customers, a page at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.models import BillingTotal
from portal_app.invoices.repository.entries import Entry, entries_at
from portal_app.invoices.repository.history import (
    Cursor,
    Key,
    keys_of,
    own_customers,
    place_of,
    totals_of,
)
from portal_app.invoices.rules.wanted import Wanted
from portal_app.kit.money import Money

PER_PAGE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAddress:
    """Which page: below *after*, above *before*, or from *top* on; ids of entries' places.

    An id that is not the actor's own is as good as none.
    """

    after: str = ""
    before: str = ""
    top: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Of one currency: in one year, or in all of them when *year* is None."""

    year: int | None
    paid: Money
    refunded: Money
    unpaid: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """*newer* and *older* continue above and below, empty where there is nothing.

    *arrived* counts what is above *top* since it was the newest, as far as one page. *empty* says
    that there is no entry at all, whatever was asked for.
    """

    entries: Sequence[Entry]
    newer: str = ""
    older: str = ""
    arrived: int = 0
    totals: Sequence[Total] = ()
    years: Sequence[int] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    session: AsyncSession
    customers: Sequence[str]
    wanted: Wanted
    now: datetime

    async def keys(self, cursor: Cursor | None = None, *, limit: int = PER_PAGE + 1) -> list[Key]:
        return await keys_of(
            self.session, self.customers, self.wanted, self.now, cursor=cursor, limit=limit
        )

    async def cursor(self, given_id: str, way: str) -> Cursor | None:
        key = await place_of(self.session, self.customers, given_id) if given_id else None
        return None if key is None else Cursor(key=key, way=way)  # type: ignore[arg-type]


async def read_history(
    session: AsyncSession, actor: Actor, wanted: Wanted, page: PageAddress, now: datetime
) -> HistoryPage:
    """One page with the totals of the whole history."""
    customers = await own_customers(session, actor)
    rows = await totals_of(session, customers)
    read = _Read(session, customers, wanted, now)
    keys, newer, older = await _turned_to(read, page)
    arrived = 0
    if page.top and (top := await read.cursor(page.top, "newer")):
        arrived = len(await read.keys(top))
    return HistoryPage(
        entries=await entries_at(session, keys),
        newer=newer,
        older=older,
        arrived=arrived,
        totals=_totals(rows, wanted.year),
        years=sorted({row.year for row in rows if row.entries}, reverse=True),
        empty=not any(row.entries for row in rows),
    )


async def _turned_to(read: _Read, page: PageAddress) -> tuple[list[Key], str, str]:
    """The places of a page, and from where to go on to newer and to older ones."""
    if above := await read.cursor(page.before, "newer"):
        keys = await read.keys(above)
        # Near the newest the first page is whole; a page that ends there would not be.
        if len(keys) > PER_PAGE:
            keys = keys[1:]
            return keys, keys[0].id, keys[-1].id
    below = await read.cursor(page.after, "older")
    from_top = None if below else await read.cursor(page.top, "from")
    keys = await read.keys(below or from_top)
    shown = keys[:PER_PAGE]
    newer = shown[0].id if below and shown else ""
    return shown, newer, shown[-1].id if len(keys) > PER_PAGE else ""


def _totals(rows: Iterable[BillingTotal], year: int | None) -> list[Total]:
    """By currency, all years first, then each, the latest first; those of nothing left out."""
    sums: defaultdict[tuple[str, int | None], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if year in {None, row.year}:
            amounts = {
                "paid": row.paid_minor,
                "refunded": row.refunded_minor,
                "unpaid": row.open_minor,
            }
            for span in {row.year, year}:
                sums[row.currency, span].update(amounts)
    ordered = sorted(sums, key=lambda key: (key[0], -(key[1] or 9999)))
    return [_total(key, sums[key]) for key in ordered if any(sums[key].values())]


def _total(key: tuple[str, int | None], sums: Counter[str]) -> Total:
    currency, year = key
    paid, refunded, unpaid = (
        Money(sums[name], currency) for name in ("paid", "refunded", "unpaid")
    )
    return Total(year=year, paid=paid, refunded=refunded, unpaid=unpaid)
