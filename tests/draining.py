"""Queues worked off within a test."""

from __future__ import annotations

from portal_app.jobs.loop import JobLoop


async def drain_all(loop: JobLoop) -> int:
    """Until nothing is due; how many rows were handled, well or not."""
    total = 0
    while handled := await loop.drain_once():
        total += handled
    return total
