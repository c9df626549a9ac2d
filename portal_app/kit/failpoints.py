"""Named places at which a test kills the process, as a power cut would.

Nothing is armed unless `PORTAL_FAILPOINT` names one, which settings refuse in production.
`tests/crash` dies at each of them and looks at what is left.
"""

from __future__ import annotations

import os
import signal
from typing import Final

FAILPOINTS: Final = frozenset(
    {
        "inbox.inserting",
        "inbox.stored",
        "inbox.claimed",
        "inbox.fetched",
        "inbox.projecting",
        "inbox.projected",
        "inbox.handled",
        "outbox.claimed",
        "outbox.written",
        "outbox.sent",
        "intents.recorded",
        "intents.queued",
        "intents.claimed",
        "intents.sent",
        "intents.applying",
        "intents.applied",
        "transfers.arranged",
        "transfers.begun",
        "transfers.undone",
        "transfers.cleared",
        "jobs.settled",
        "prune.deleted",
    }
)
# Name → how often it is still passed before the process dies there.
_armed: dict[str, int] = {}


def arm(name: str) -> None:
    """Die at *name*, with `inbox.projected:3` when it is reached for the third time; "" disarms.

    Raises ValueError for a failpoint that there is not.
    """
    _armed.clear()
    if not name:
        return
    point, _, times = name.partition(":")
    if point not in FAILPOINTS or not (times or "1").isdigit():
        raise ValueError(f"There is no failpoint {name}.")
    _armed[point] = int(times or 1)


def failpoint(name: str) -> None:
    """Here the process dies if *name* is armed: no handler, no rollback, no goodbye."""
    if name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
