"""Who is told that something changed, by looking at the database once a second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from portal_app.branding.published import PublishedLooks, looks
from portal_app.identity.tabs import OpenTabs
from portal_app.ingest import live
from portal_app.ingest.changes import prune_changes
from portal_app.ingest.live import SETTLED_AFTER, LivePages
from portal_app.ingest.models import Change
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from tests.conftest import Clocks


@dataclass
class Pages:
    """Live pages with two open tabs, and who was told."""

    live: LivePages
    tabs: OpenTabs
    connected: set[str]
    told: list[str] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)

    async def look(self) -> list[str]:
        self.told.clear()
        await self.live.look()
        return sorted(self.told)


@dataclass
class Push:
    pages: Pages
    token: str

    def done(self) -> bool:
        return self.token not in self.pages.busy


@pytest.fixture
def pages(clocks: Clocks, db: Database) -> Pages:
    tabs, connected = OpenTabs(), {"ada-1", "ada-2", "ben-1", "nobody"}
    for token in ("ada-1", "ada-2"):
        tabs.note(token, "pers_ada")
    tabs.note("ben-1", "pers_ben")

    async def push(token: str) -> Push:
        pages.told.append(token)
        return Push(pages, token)

    pages = Pages(LivePages(lambda: db, tabs, lambda: connected, push), tabs, connected)
    return pages


async def change(db: Database, person: str = "pers_ada", **over: Any) -> None:
    async with db.unit_of_work() as session:
        session.add(Change(**{"person_id": person, "topic": "x", "at": wall_now(), **over}))


async def test_every_tab_of_the_person_is_told_once_and_nobody_else(
    pages: Pages, db: Database
) -> None:
    assert await pages.look() == []
    await change(db)
    await change(db)
    assert await pages.look() == ["ada-1", "ada-2"]
    assert await pages.look() == []
    await change(db, "pers_ben")
    await change(db, "pers_eve")
    assert await pages.look() == ["ben-1"]


async def test_one_query_a_look_and_none_without_sockets(pages: Pages, db: Database) -> None:
    asked: list[str] = []
    sqlalchemy_event.listen(
        db.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _k, text, *_: asked.append(text) if text.startswith("SELECT") else None,
    )
    await change(db)
    await pages.look()
    assert len(asked) == 1
    pages.connected.clear()
    assert await pages.look() == []
    assert len(asked) == 1
    # A tab that is noted but has no socket any more is forgotten.
    pages.connected.add("ada-1")
    assert await pages.look() == []
    assert len(asked) == 1


async def test_a_lower_number_that_is_committed_later_is_not_missed(
    pages: Pages, db: Database, clocks: Clocks
) -> None:
    """PostgreSQL numbers a row when it is written, not when it is committed."""
    await change(db, "pers_ben", id=7)
    assert await pages.look() == ["ben-1"]
    clocks.wall.advance(SETTLED_AFTER - timedelta(seconds=1))
    await change(db, "pers_ada", id=5)
    assert await pages.look() == ["ada-1", "ada-2"]
    assert await pages.look() == []


async def test_what_is_old_news_is_not_read_again(
    pages: Pages, db: Database, clocks: Clocks
) -> None:
    await change(db, at=wall_now() - timedelta(minutes=5))
    assert await pages.look() == []
    await change(db)
    assert await pages.look() == ["ada-1", "ada-2"]
    clocks.wall.advance(timedelta(hours=3))
    await prune_changes(db)
    assert await pages.look() == []
    await change(db)
    assert await pages.look() == ["ada-1", "ada-2"]


async def test_a_tab_that_is_still_reading_is_told_once_more_afterwards(
    pages: Pages, db: Database
) -> None:
    pages.busy.add("ada-1")
    await change(db)
    assert await pages.look() == ["ada-1", "ada-2"]
    for _ in range(3):
        await change(db)
        assert await pages.look() == ["ada-2"]
    pages.busy.clear()
    assert await pages.look() == ["ada-1"]
    assert await pages.look() == []


async def test_who_could_not_be_told_is_told_with_the_next_look(pages: Pages, db: Database) -> None:
    push, broken = pages.live.push, {"ada-1"}

    async def fragile(token: str) -> Push:
        if token in broken:
            raise OSError("gone")
        return await push(token)

    pages.live.push = fragile
    await change(db)
    await change(db, "pers_ben")
    assert await pages.look() == ["ada-2", "ben-1"]
    broken.clear()
    assert await pages.look() == ["ada-1"]
    assert await pages.look() == []


async def test_nobody_is_told_before_what_is_kept_in_memory_is_up_to_date(
    pages: Pages, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away for a moment leaves no page with the look of before."""

    async def away(*_: object) -> None:
        raise OSError("away")

    pages.live.prepare = looks.reread
    await change(db, "pers_ben")
    with monkeypatch.context() as hiccup:
        hiccup.setattr(PublishedLooks, "_refresh", away)
        with pytest.raises(OSError, match="away"):
            await pages.look()
    assert pages.told == []
    assert await pages.look() == ["ben-1"]


async def test_more_than_can_be_read_makes_everybody_look(
    pages: Pages, db: Database, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_READ", 3)
    for _ in range(3):
        await change(db, "pers_eve")
    everybody = ["ada-1", "ada-2", "ben-1"]
    assert await pages.look() == everybody
    # Once, and not as long as those changes are young.
    assert await pages.look() == []
    await change(db, "pers_ben")
    assert await pages.look() == ["ben-1"]
    # What was committed late behind so much else can't be told any more: everybody looks once more.
    clocks.wall.advance(SETTLED_AFTER + timedelta(seconds=1))
    assert await pages.look() == everybody
    assert await pages.look() == []


async def test_neither_a_flood_nor_a_slow_tab_brings_looks_about(
    pages: Pages, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_READ", 3)
    monkeypatch.setattr(live, "EVERY_SECONDS", 60)
    monkeypatch.setattr(live, "AT_LEAST_SECONDS", 0.01)
    looks: list[int] = []
    look = pages.live.look

    async def counted() -> None:
        await look()
        looks.append(1)

    monkeypatch.setattr(pages.live, "look", counted)
    await change(db, "pers_ben")
    pages.busy.add("ben-1")
    await pages.live.look()
    await change(db, "pers_ben")
    stop = asyncio.Event()
    running = asyncio.create_task(pages.live.run_forever(stop))
    await asyncio.sleep(0.3)
    assert len(looks) == 2  # the one above, and the first of the loop
    await change(db, "pers_eve")
    await change(db, "pers_eve")
    await asyncio.sleep(0.3)
    assert len(looks) <= 4
    before = len(looks)
    await change(db, "pers_eve")
    await asyncio.sleep(0.3)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert len(looks) == before


async def test_a_database_that_is_away_stops_nothing(
    pages: Pages, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(live, "AT_LEAST_SECONDS", 0.001)
    looks: list[int] = []

    async def look() -> None:
        looks.append(1)
        raise OSError("away")

    monkeypatch.setattr(pages.live, "look", look)
    stop = asyncio.Event()
    running = asyncio.create_task(pages.live.run_forever(stop))
    await asyncio.sleep(0.2)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert len(looks) > 2


async def test_a_commit_of_this_process_is_told_at_once(
    pages: Pages, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 60)
    told = asyncio.Event()
    push = pages.live.push

    async def pushed(token: str) -> Any:
        told.set()
        return await push(token)

    pages.live.push = pushed
    stop = asyncio.Event()
    running = asyncio.create_task(pages.live.run_forever(stop))
    await asyncio.sleep(0.2)  # the first look is over
    async with db.unit_of_work() as session:
        session.add(Change(person_id="pers_ben", topic="x", at=wall_now()))
        await session.flush()
        await session.rollback()
    assert pages.told == []
    await change(db)
    await asyncio.wait_for(told.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert sorted(pages.told) == ["ada-1", "ada-2"]
