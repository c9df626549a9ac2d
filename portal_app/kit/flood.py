"""Keeps strangers from filling the log: of one complaint, so many lines a minute and a count."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LINES_A_MINUTE: Final = 10
_MINUTE = 60.0


@dataclass(slots=True)
class _Window:
    began: float
    lines: int = 0
    dropped: int = 0


class FloodFilter(logging.Filter):
    """Lets ten warnings or errors a minute through for each place in the code that writes them.

    The first line of the next minute says in `dropped` how many were left out. What is below a
    warning passes: strangers can't provoke it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[tuple[str, int], _Window] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        now = self._clock()
        window = self._windows.setdefault((record.pathname, record.lineno), _Window(now))
        if now - window.began >= _MINUTE:
            record.dropped = window.dropped
            window.began, window.lines, window.dropped = now, 0, 0
        window.lines += 1
        if window.lines > LINES_A_MINUTE:
            window.dropped += 1
            return False
        return True
