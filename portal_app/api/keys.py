"""API keys at rest and in use: made, revoked, recognised.

A key is shown once; the table keeps an HMAC of it under the instance's secret key, so that a copy
of the database opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.api import key_format
from portal_app.api.hot_read import HotRead
from portal_app.api.models import ApiKey
from portal_app.api.scopes import ALL_SCOPES, READ_SCOPES, check_known
from portal_app.kit import tokens
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.settings import Mode, get_settings

__all__ = [
    "ALL_SCOPES",
    "READ_SCOPES",
    "KeyRow",
    "create_key",
    "find_usable",
    "format_key",
    "record_use",
    "revoke_key",
]


class KeyRow(NamedTuple):
    """What a request needs to know of its key."""

    id: str
    company_id: str
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


BY_DIGEST: Final = HotRead(
    select(*(col(getattr(ApiKey, name)) for name in KeyRow._fields)).where(
        col(ApiKey.digest) == bindparam("digest")
    ),
    KeyRow,
)


def format_key(secret: str) -> str:
    """The key's text for *secret*, marked live only where the money is."""
    return key_format.compose(secret, live=get_settings().mode is Mode.LIVE)


def _digest_of(key: str) -> str:
    return tokens.digest(get_settings().secret_key, key)


async def create_key(
    session: AsyncSession,
    *,
    company_id: str,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """Add a key of *company_id*; returned with its text, which can't be read again.

    *secret* is what the text is made of (`format_key`); by default a fresh token.

    Raises
    ------
    InvalidInput
        For an unknown scope, or none at all.

    """
    granted = check_known(scopes)
    if not granted:
        raise InvalidInput("An API key needs at least one scope.", code="missing_scopes")
    text = format_key(secret or tokens.new_token())
    key = ApiKey(
        company_id=company_id,
        name=name,
        digest=_digest_of(text),
        hint=key_format.hint_of(text),
        scopes=granted,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(key)
    await session.flush()
    return key, text


async def revoke_key(
    session: AsyncSession, *, company_id: str, key_id: str, now: datetime
) -> ApiKey:
    """Stop a key of *company_id* at once; revoking it again changes nothing.

    Raises NotFound for an unknown key and for another company's alike.
    """
    key = await session.get(ApiKey, key_id)
    if key is None or key.company_id != company_id:
        raise NotFound("We can't find that API key.")
    key.revoked_at = key.revoked_at or now
    return key


async def find_usable(text: str, now: datetime) -> KeyRow | None:
    """The key written as *text* if it may be used at *now* (wall time); a typo costs no query."""
    if not key_format.is_well_formed(text):
        return None
    row = await BY_DIGEST.first(digest=_digest_of(text))
    return row if row is not None and row.is_usable(now) else None


async def record_use(session: AsyncSession, *, key_id: str, now: datetime) -> None:
    """Note that the key was used; an earlier time than the stored one changes nothing."""
    await session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id)
        .where(col(ApiKey.last_used_at).is_(None) | (col(ApiKey.last_used_at) < now))
        .values(last_used_at=now)
    )
