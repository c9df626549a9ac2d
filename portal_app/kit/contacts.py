"""E-mail and web addresses that somebody typed and others are shown, in pages and in mails.

Of few characters, so that none of them can end a header, an attribute or a style.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias
from urllib.parse import quote

from pydantic import StringConstraints

LONGEST_EMAIL: Final = 254
LONGEST_LINK: Final = 300
EMAIL: Final = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$"
# https only, of an ordinary host, without a name and password, quotes, spaces or brackets.
LINK: Final = (
    r"^https://[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}(:[0-9]{1,5})?"
    r"(/[A-Za-z0-9._~!$&*+,;=:@%/-]*)?(\?[A-Za-z0-9._~!$&*+,;=:@%/?-]*)?(#[A-Za-z0-9._~-]*)?$"
)
Email: TypeAlias = Annotated[
    str, StringConstraints(strict=True, max_length=LONGEST_EMAIL, pattern=EMAIL)
]
Link: TypeAlias = Annotated[
    str, StringConstraints(strict=True, max_length=LONGEST_LINK, pattern=LINK)
]


def is_contact(text: str) -> bool:
    """Whether it is one of the two."""
    return _is(EMAIL, text, LONGEST_EMAIL) or _is(LINK, text, LONGEST_LINK)


def _is(pattern: str, text: str, longest: int) -> bool:
    """For Python, `$` stands before a last line break too."""
    return len(text) <= longest and re.fullmatch(pattern, text) is not None


def address_of(contact: str) -> str:
    """What a link to it leads to; empty for none."""
    if not contact or contact.startswith("https://"):
        return contact
    # A mail program reads `%0A` as a line break (RFC 6068 section 2).
    return f"mailto:{quote(contact, safe='@+')}"
