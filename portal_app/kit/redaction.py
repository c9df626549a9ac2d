"""Masks secrets in text that is about to be written down, whatever form they come in."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "[masked]"
# After a name: in quotes of its own (JSON, a Python repr, bytes), or bare up to where it must end.
_VALUE: Final = r"(?:'[^'\n]*'|\"[^\"\n]*\"|{bare})"
_PATTERNS: Final = (
    # Whole headers, as `Cookie: a=b; c=d`, as a dictionary's entry and as ASGI's pair of bytes.
    re.compile(
        r"(?i)(\b(?:set-cookie|cookie|(?:proxy-)?authorization)['\"]?\s*[:=,]\s*b?)"
        + _VALUE.format(bare=r"[^\n'\"(){}]+")
    ),
    re.compile(
        r"(?i)(\b[\w-]*(?:token|secret|password|api_key)['\"]?\s*[:=]\s*b?)"
        + _VALUE.format(bare=r"[^&\s'\",;(){}]+")
    ),
    # A sign-in code is six digits; other codes say what went wrong and stay.
    re.compile(r"(?i)(\bcode['\"]?\s*[:=]\s*['\"]?)\d{6}\b"),
    re.compile(r"([?&]code=)[^&\s'\"]+"),
    re.compile(r"()\b(?:sk|rk|b?pk)_(?:live|test)_[0-9A-Za-z_]+"),
    re.compile(r"()\bwhsec_[0-9A-Za-z+/=_-]+"),
    re.compile(r"()\b(?:pi|seti|cs)_\w+_secret_\w+"),
    re.compile(r"(\b[\w-]*portal_(?:session|browser|device)=)[^;\s'\"]+"),
    re.compile(r"(/(?:login/link|recipients)/)[^/\s'\"]+"),
    # The password of a database's or a mail server's address.
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)"),
)
# A full stop may end the sentence; a decimal point makes it another number.
_CARD: Final = re.compile(r"(?<!\w)(?<!\d\.)(?:\d[ -]?){12,18}\d(?!\w|\.\d)")


def redact(text: str) -> str:
    """*text* without cookies, tokens, keys, passwords, sign-in codes and card numbers."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return _CARD.sub(_mask_card, text)


def _mask_card(match: re.Match[str]) -> str:
    return MASK if _luhn(re.sub(r"\D", "", match[0])) else match[0]


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: what tells a card's number from any other."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004
    return total % 10 == 0
