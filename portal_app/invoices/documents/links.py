"""Links that open one document for a while, for whoever holds them: no table keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from portal_app.kit.tokens import derive_token, same

# Long enough to be mailed on and clicked, short enough to be worth little in a log.
LIVES_FOR: Final = timedelta(hours=1)
EXPIRES: Final = "expires"
TOKEN: Final = "token"  # noqa: S105 -- the name of a parameter
_PURPOSE: Final = "document-link"
_LONGEST: Final = 12


def link_query(key: bytes, document_id: str, expires_at: datetime) -> str:
    """What stands behind the question mark of a link to *document_id*."""
    expires = str(int(expires_at.timestamp()))
    return f"{EXPIRES}={expires}&{TOKEN}={_token(key, document_id, expires)}"


def is_presented(query: Mapping[str, str]) -> bool:
    return TOKEN in query


def opens(key: bytes, document_id: str, query: Mapping[str, str], now: datetime) -> bool:
    """Whether *query* holds a link's token for this very document, at *now* (wall time)."""
    expires = query.get(EXPIRES, "")
    genuine = same(query.get(TOKEN, ""), _token(key, document_id, expires))
    if not (expires.isascii() and expires.isdigit() and len(expires) <= _LONGEST):
        return False
    return genuine and now < datetime.fromtimestamp(int(expires), UTC)


def _token(key: bytes, document_id: str, expires: str) -> str:
    return derive_token(key, _PURPOSE, f"{document_id}:{expires}")
