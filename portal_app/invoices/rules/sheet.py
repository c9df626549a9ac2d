"""Cells of a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

# What a spreadsheet may take for the beginning of a formula, also in the wide forms of East Asian
# keyboards (owasp.org/www-community/attacks/CSV_Injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel reads a file as UTF-8 only when this stands in front; every other program skips it.
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


def harmless(text: str) -> str:
    """*text* as a spreadsheet shows it and never runs it; amounts of ours need no such care."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Comma-separated, quoted where needed, CRLF (RFC 4180), UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
