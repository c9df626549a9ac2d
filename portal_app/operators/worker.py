"""`portal worker`: drains the queues in a process of its own, beside the web processes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from portal_app import composition, startup
from portal_app.jobs.queues import run_jobs
from portal_app.kit.errors import Conflict
from portal_app.settings import Settings

Say = Callable[[str], None]


async def run_worker(settings: Settings, *, say: Say) -> None:
    """Until SIGTERM or Ctrl-C; then what has been claimed is finished first.

    Raises Conflict when the schema is another version's: its rows would be misread.
    """
    startup.check_mail(settings)
    database = composition.install()
    try:
        if await startup.revision(database) != startup.head():
            raise Conflict("The schema is not this version's. Run `portal migrate` first.")
        stop = _stop_on_signals()
        say("Working. Ctrl-C or SIGTERM finishes what has been begun.")
        await run_jobs(settings, stop)
        say("Finished what had been begun.")
    finally:
        await database.close()


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
