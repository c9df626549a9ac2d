"""When a key was last used, written at most once a minute and never while a caller waits."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from portal_app.api.keys import KeyRow, record_use
from portal_app.kit.db import database

EVERY: Final = timedelta(minutes=1)
_log = logging.getLogger(__name__)
# The event loop holds its tasks weakly; without this set one could vanish half-way.
_writing: dict[str, asyncio.Task[None]] = {}


def note(key: KeyRow, now: datetime) -> None:
    """Have the use of *key* at *now* (wall time) written, if the minute is over."""
    if key.last_used_at is not None and now - key.last_used_at < EVERY:
        return
    if key.id in _writing:
        return
    task = asyncio.create_task(_write(key.id, now), name=f"last-used {key.id}")
    _writing[key.id] = task
    task.add_done_callback(lambda _done: _writing.pop(key.id, None))


async def settled() -> None:
    """Return when every note so far is written; for an orderly stop and for tests."""
    await asyncio.gather(*_writing.values())


async def _write(key_id: str, now: datetime) -> None:
    try:
        async with database().unit_of_work() as session:
            await record_use(session, key_id=key_id, now=now)
    except Exception:  # noqa: BLE001 -- nobody awaits this task
        # A lost note must not cost the caller an answer; the next request tries again.
        _log.exception("the last use of an API key was not written")
