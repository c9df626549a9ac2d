"""Prefixed text ids: `mem_` and 22 base62 characters (131 bits of randomness)."""

from __future__ import annotations

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH: Final = 22
# Crockford's base 32 (crockford.com/base32.html).
_SPOKEN: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(r"[a-z]{2,8}_[0-9A-Za-z_]{1,64}")


def random_base62(length: int) -> str:
    """One draw for the whole text: one for each character was an eighth of an import's time."""
    number = secrets.randbelow(len(ALPHABET) ** length)
    characters = []
    for _ in range(length):
        number, at = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[at])
    return "".join(characters)


def new_id(prefix: str) -> str:
    """A fresh id such as `mem_3kTMd…`; *prefix* comes without its underscore."""
    return f"{prefix}_{random_base62(LENGTH)}"


def has_prefix(value: object, prefix: str) -> bool:
    """Whether *value*, which may be anything a stranger sent, has the form of such an id."""
    return (
        isinstance(value, str) and value.startswith(f"{prefix}_") and bool(_SHAPE.fullmatch(value))
    )


def new_reference(kind: str = "C") -> str:
    """What a person can read out: `C-7F3K-9QXM`, 40 bits without letters that look like digits."""
    drawn = [secrets.choice(_SPOKEN) for _ in range(8)]
    return f"{kind}-{''.join(drawn[:4])}-{''.join(drawn[4:])}"
