"""When a process looks: at news, once more when it has settled, and at dates."""

from __future__ import annotations

from datetime import timedelta

from portal_app.jobs.notice_watch import EVERY, NoticeWatch
from portal_app.notifications.notices.watch import SETTLED_AFTER
from tests.conftest import Clocks
from tests.notice_world import NoticeWorld


def watch(world: NoticeWorld) -> NoticeWatch:
    return NoticeWatch(lambda: world.db, sandbox=False)


async def test_it_looks_when_something_was_worked_on(world: NoticeWorld, clocks: Clocks) -> None:
    own, others = watch(world), watch(world)
    assert await own.look_if_due()
    assert not await own.look_if_due()
    await world.paid(world.hers)
    assert await own.look_if_due()
    assert len(await world.mails()) == 1
    assert not await own.look_if_due()
    assert await others.look_if_due(), "each process asks by itself"
    assert len(await world.mails()) == 1


async def test_it_looks_once_more_when_nothing_can_come_late(
    world: NoticeWorld, clocks: Clocks
) -> None:
    """Another process commits later what it worked on before."""
    own = watch(world)
    await world.event("invoice.paid", "in_unknown")
    assert await own.look_if_due()
    early = clocks.wall.at - timedelta(seconds=1)
    await world.paid(world.hers)
    mine = (await world.mails(), early)
    clocks.wall.advance(SETTLED_AFTER)
    assert await own.look_if_due()
    assert len(await world.mails()) == len(mine[0]) + 1
    assert not await own.look_if_due()


async def test_it_looks_at_dates(world: NoticeWorld, clocks: Clocks) -> None:
    own = watch(world)
    await own.look_if_due()
    clocks.wall.advance(EVERY)
    assert await own.look_if_due()
    clocks.business.advance(timedelta(hours=1))
    assert await own.look_if_due()
    assert not await own.look_if_due()
