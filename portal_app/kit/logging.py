"""JSON log lines, one per event, with secrets masked before they are written."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime

import orjson

from portal_app.kit.flood import FloodFilter
from portal_app.kit.redaction import redact


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `logger`, `message`, `error`, and extras.

    `dropped` counts lines of the same kind that were left out before (see `FloodFilter`).
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = redact("".join(traceback.format_exception(*record.exc_info)))
        extra = getattr(record, "fields", None)
        if isinstance(extra, dict):
            line |= {key: redact(str(value)) for key, value in extra.items()}
        if dropped := getattr(record, "dropped", 0):
            line["dropped"] = dropped
        return orjson.dumps(line).decode()


def configure(level: int = logging.INFO) -> None:
    """Send everything through one redacting handler on stderr; replaces what was there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(FloodFilter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # None may write a line around our handler, which would print tokens in URLs, nor tell each
    # step of a migration.
    for name in (
        "alembic",
        "reflex",
        "httpx",
        "granian.access",
        "stripe",
        "engineio.server",
        "socketio.server",
    ):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)
