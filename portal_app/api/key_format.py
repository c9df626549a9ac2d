"""How an API key is written: `bpk_test_`, 37 base62 characters, 6 of checksum.

The prefix lets secret scanners find a leaked key; the checksum (CRC-32 in base62, as GitHub's
tokens carry it) rejects a mistyped one without a look into the database.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import Final

from portal_app.kit.ids import ALPHABET

LIVE_PREFIX: Final = "bpk_live_"
TEST_PREFIX: Final = "bpk_test_"
BODY_LENGTH: Final = 37
CHECKSUM_LENGTH: Final = 6
_SHAPE = re.compile(
    rf"(?:{LIVE_PREFIX}|{TEST_PREFIX})[0-9A-Za-z]{{{BODY_LENGTH + CHECKSUM_LENGTH}}}"
)


def compose(secret: str, *, live: bool) -> str:
    """The key for *secret*, a token of any form with at least 220 bits; the same one each time.

    That lets the demo world's keys be derived and printed again without being stored.
    """
    number = int.from_bytes(hashlib.sha256(secret.encode()).digest())
    head = (LIVE_PREFIX if live else TEST_PREFIX) + _base62(number, BODY_LENGTH)
    return head + _checksum(head)


def is_well_formed(key: str) -> bool:
    """Whether prefix, length, alphabet and checksum are right; says nothing about validity."""
    if not _SHAPE.fullmatch(key):
        return False
    return _checksum(key[:-CHECKSUM_LENGTH]) == key[-CHECKSUM_LENGTH:]


def hint_of(key: str) -> str:
    """What a list of keys may show of one: the prefix and the last four characters."""
    return f"{key[: len(LIVE_PREFIX)]}…{key[-4:]}"


def _checksum(head: str) -> str:
    return _base62(zlib.crc32(head.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    """The last *length* base62 digits of *number*."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
