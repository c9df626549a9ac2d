"""How often one may have a change worked out, or try a promotion code.

The first asks the provider twice each time; the second could be guessing.
"""

from __future__ import annotations

from typing import Final

from portal_app.identity.limits import admit
from portal_app.kit.limits import Limit

QUOTES: Final = (Limit("plan-quote-hour", 120, 3_600),)
CODES: Final = (Limit("promotion-try", 10, 600), Limit("promotion-try-day", 40, 86_400))


async def admit_quote(person_id: str) -> None:
    """Raises TooManyRequests."""
    await admit(QUOTES, person_id)


async def admit_code(person_or_key: str) -> None:
    """Raises TooManyRequests."""
    await admit(CODES, person_or_key)
