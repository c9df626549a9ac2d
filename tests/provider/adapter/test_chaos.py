"""Whatever is lost, repeated or reordered on the way, one reconciliation makes our copy right.

30 % of the events are lost, 30 % doubled, all are shuffled and up to three days late, while the
account goes on changing. `make test` tells a few stories, `make soak` a thousand; each on both
databases, from its seed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from portal_app.ingest.models import InboxEvent
from portal_app.ingest.reconciling import reconcile
from portal_app.kit import clock
from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage
from tests.conftest import Clocks
from tests.provider.adapter.account import add_companies, count, imported, rows
from tests.provider.adapter.chaos import LATEST, Post, SandboxClock, Story
from tests.provider.adapter.copies import Copy, copied
from tests.provider.adapter.inbox_world import drain, receive
from tests.provider.adapter.inprocess import InProcessObjects

SEEDS = int(os.environ.get("PORTAL_CHAOS_SEEDS", "1000")) if os.environ.get("PORTAL_SOAK") else 6
FIRST = int(os.environ.get("PORTAL_CHAOS_FIRST", "0"))
STEPS = 40


@pytest.fixture
async def fresh(tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[Database]:
    """Another database, into which the account is imported to compare."""
    path = shutil.copy(migrated_sqlite, tmp_path / "fresh.db")
    database = Database(f"sqlite+aiosqlite:///{path}")
    await add_companies(database)
    yield database
    await database.close()


class Chaos:
    """One seed: a story, the post, and the portal that hears of it."""

    def __init__(self, seed: int, db: Database, clocks: Clocks) -> None:
        self.chance = Random(seed)  # noqa: S311 -- the same story each time
        self.story, self.post = Story(self.chance), Post(self.chance)
        self.source = InProcessObjects(self.story.account)
        self.db, self.clocks = db, clocks
        self.began = self.story.account.world.now
        clock.install(business=SandboxClock(self.story.account))

    def tick(self) -> None:
        """Wall time has gone on as business time did, and every moment is a new one."""
        passed = self.story.account.world.now - self.began
        at = self.clocks.wall.now() + timedelta(seconds=passed, milliseconds=10)
        self.began += passed
        self.clocks.wall.at = at

    async def hear(self) -> None:
        now = self.story.account.world.now
        self.post.take(self.story.heard, now)
        await self.deliver(now)

    async def deliver(self, until: float) -> None:
        arrived = self.post.due(until)
        self.tick()
        await receive(self.db, arrived)
        if self.chance.random() < 0.7:
            self.tick()
            await drain(self.source)

    async def reconcile(self) -> None:
        self.tick()
        await reconcile(self.source, self.db, progress=lambda _kind, _seen: None)
        self.tick()
        await drain(self.source)

    async def run(self) -> None:
        await imported(self.source, self.db)
        for _ in range(STEPS):
            self.story.step()
            await self.hear()
            if self.chance.random() < 0.04:
                await self.reconcile()
        await self.reconcile()


@pytest.fixture
async def chaos(
    request: pytest.FixtureRequest, companies: Database, clocks: Clocks
) -> AsyncIterator[Chaos]:
    chaos = Chaos(request.param, companies, clocks)
    yield chaos
    await chaos.source.close()
    chaos.story.account.close()


async def anew(chaos: Chaos, fresh: Database) -> Copy:
    await imported(chaos.source, fresh)
    return await copied(fresh)


@pytest.mark.parametrize("chaos", range(FIRST, FIRST + SEEDS), indirect=True)
async def test_one_reconciliation_after_any_chaos_makes_our_copy_right(
    chaos: Chaos, fresh: Database, record_property: pytest.FixtureRequest
) -> None:
    await chaos.run()
    expected = await anew(chaos, fresh)
    assert await copied(chaos.db) == expected
    # What is still on its way arrives three days later and changes nothing any more.
    await chaos.deliver(chaos.story.account.world.now + LATEST)
    chaos.tick()
    await drain(chaos.source)
    assert await copied(chaos.db) == expected
    assert [row for row in await rows(chaos.db, InboxEvent) if row.handled_at is None] == []
    assert await count(chaos.db, OutboxMessage) == 0
