"""What is written down when a page or a handler of one breaks."""

from __future__ import annotations

import logging
import re
from typing import Final

log = logging.getLogger(__name__)
_LONGEST: Final = 200
# Codes, card numbers, tokens and keys: what a page was busy with may stand in its error.
_SECRET_LIKE = re.compile(r"[\w+/=-]{20,}|\d[\d -]{4,}\d")


def log_handler_error(exception: Exception) -> None:
    """For `rx.App(backend_exception_handler=…)`: Reflex's own would send a script to the page.

    A handler that has something to say to the person says it itself, as a notice.
    """
    log.error("a handler broke", exc_info=exception)


def log_page_error(exception: Exception) -> None:
    """For `rx.App(frontend_exception_handler=…)`: the first line, without what may be a secret.

    Anybody can send such a report, so that little of it is kept.
    """
    first, *_ = str(exception).strip().splitlines() or [""]
    report = _SECRET_LIKE.sub("…", first[: 5 * _LONGEST])[:_LONGEST]
    log.warning("a page broke", extra={"fields": {"report": report}})
