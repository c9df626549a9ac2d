"""Waiting for the first of several events, for so long."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def any_of(*events: asyncio.Event, seconds: float) -> None:
    """Returns when one of *events* is set, or after *seconds*."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    _, pending = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
