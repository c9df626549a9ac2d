"""Open pages follow the database: whose rows changed, and their tabs read again.

At once after a commit of this process; once a second for what others commit: a worker, an import.
No table is asked while no socket of a signed-in person is open.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Container
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from sqlmodel import col, select

from portal_app.identity.tabs import OpenTabs
from portal_app.ingest.changes import listen
from portal_app.ingest.models import EVERYBODY, Change
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.waiting import any_of

logger = logging.getLogger(__name__)
EVERY_SECONDS: Final = 1.0
# Between two looks, so that an import which commits without pause does not make pages read so.
AT_LEAST_SECONDS: Final = 0.1
# Longer than any transaction: PostgreSQL numbers rows before they are committed, so that a lower
# number may appear after a higher one.
SETTLED_AFTER: Final = timedelta(seconds=15)
MOST_READ: Final = 2000


class Told(Protocol):
    """A push that is under way."""

    def done(self) -> bool: ...


@dataclass
class LivePages:
    """*connected* are the tabs with a socket; *push* makes one tab read again.

    *prepare* brings what this process keeps in memory up to date before any of them does.
    """

    database: Callable[[], Database]
    tabs: OpenTabs
    connected: Callable[[], Container[str]]
    push: Callable[[str], Awaitable[Told]]
    prepare: Callable[[], Awaitable[None]] | None = None
    _settled: int = 0
    _seen: dict[int, None] = field(default_factory=dict)
    _under_way: dict[str, Told] = field(default_factory=dict)
    _late: set[str] = field(default_factory=set)
    _flooded: bool = False

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Until *stop* is set; outlives a database that is away for a while."""
        wake = asyncio.Event()
        silence = listen(wake.set)
        try:
            while not stop.is_set():
                wake.clear()
                await self._look_safely()
                # While more is written than can be read, no commit hurries a look; and tabs that
                # are still reading wait for the next one, which they must not bring about.
                at_least = EVERY_SECONDS if self._flooded else AT_LEAST_SECONDS
                await any_of(stop, seconds=at_least)
                if not self._flooded:
                    await any_of(wake, stop, seconds=EVERY_SECONDS - AT_LEAST_SECONDS)
        finally:
            silence()

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except Exception:
            logger.exception("open pages could not be refreshed; the next look will try again")

    async def look(self) -> None:
        """Once: read what changed and tell the tabs concerned."""
        if not self.tabs.keep(self.connected()):
            self._late.clear()
            return
        # They stay late until they are told: what was read once doesn't count as news again.
        self._late |= await self._concerned()
        if self._late and self.prepare is not None:
            await self.prepare()
        concerned, self._late = self._late, set()
        for token in concerned:
            await self._tell_safely(token)

    async def _tell_safely(self, token: str) -> None:
        """One tab that can't be told holds up no other, and is told with the next look."""
        try:
            await self._tell(token)
        except Exception:
            logger.exception("an open page could not be told that something changed")
            self._late.add(token)

    async def _tell(self, token: str) -> None:
        """A tab that is still reading is told once more afterwards, however much changes."""
        under_way = self._under_way.get(token)
        if under_way is not None and not under_way.done():
            self._late.add(token)
            return
        self._under_way = {one: told for one, told in self._under_way.items() if not told.done()}
        self._under_way[token] = await self.push(token)

    async def _concerned(self) -> set[str]:
        statement = (
            select(Change.id, Change.person_id, Change.at)
            .where(col(Change.id) > self._settled)
            .order_by(col(Change.id).desc())
            .limit(MOST_READ)
        )
        async with self.database().reading(inline=True) as session:
            rows = (await session.execute(statement)).all()
        recent = wall_now() - SETTLED_AFTER
        fresh = {row.id: row.person_id for row in rows if row.at >= recent}
        news = {person for number, person in fresh.items() if number not in self._seen}
        everybody = self._is_past_telling(fresh)
        self._seen = dict.fromkeys(fresh)
        self._settled = max([self._settled, *(row.id for row in rows if row.at < recent)])
        return set(self.tabs) if everybody or EVERYBODY in news else set(self.tabs.of(news))

    def _is_past_telling(self, fresh: Collection[int]) -> bool:
        """Whether changes may have passed unread, so that asking everybody to read is what is left.

        That is an import: when nothing that was read last is among what was read now, and once more
        when all can be read again, for what was committed late behind so much else.
        """
        was, self._flooded = self._flooded, len(fresh) >= MOST_READ
        return self._seen.keys().isdisjoint(fresh) if self._flooded else was
