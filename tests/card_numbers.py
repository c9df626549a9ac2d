"""Finds what could be a card number: 13 to 19 digits with the right check digit (ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator

# As people and forms write them, also percent-encoded; not inside a longer number or a fraction.
_CANDIDATE = re.compile(r"(?<![\d.])\d(?:(?:[ \-+]|%20)?\d){12,18}(?!\d)")
_PACKED = re.compile(r"(?<![\d.])\d{13,19}(?!\d)")
# Issuers begin with 2 to 6; a number of milliseconds since 1970 begins with 1.
_ISSUERS = "23456"


def card_numbers(text: str, *, packed: bool = False) -> Iterator[str]:
    """Every card number in *text*, without what stood between its digits.

    *packed* is for a database's file, where columns touch: a date after four digits is none there.
    """
    for found in (_PACKED if packed else _CANDIDATE).finditer(text):
        digits = re.sub(r"%20|\D", "", found[0])
        if digits[0] in _ISSUERS and luhn(digits):
            yield digits


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
