"""JSON log lines, one per event, with secrets masked before they are written."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime

import orjson

from portal_app.kit.flood import FloodFilter

MASK = "[masked]"
_PATTERNS = (
    re.compile(
        r"(?i)(['\"]?(?:cookie|authorization|set-cookie)['\"]?\s*[:=]\s*)(['\"]?)[^'\"\n]+\2"
    ),
    re.compile(r"(?i)((?:token|code|next_token|secret|password)=)[^&\s'\"]+"),
    re.compile(r"()\b(?:sk|rk|b?pk)_(?:live|test)_[0-9A-Za-z_]+"),
    re.compile(r"()\bwhsec_[0-9A-Za-z+/=_-]+"),
    re.compile(r"()\b\w*portal_session=[^;\s'\"]+"),
    re.compile(r"(/login/link/)[^/\s'\"]+"),
)
_CARD = re.compile(r"(?<![\w.])(?:\d[ -]?){13,19}(?![\w.])")


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004
    return total % 10 == 0


def _mask_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return MASK if _luhn(digits) else match[0]


def redact(text: str) -> str:
    """*text* without cookies, tokens, keys and card numbers."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return _CARD.sub(_mask_card, text)


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
    # Neither may write a line around our handler: their loggers would print tokens in URLs.
    for name in (
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
