"""Links that show a draft to whoever has one, signed in or not, for a week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.branding import theme_file
from portal_app.branding.brand import Brand
from portal_app.branding.models import BrandPreview
from portal_app.branding.publishing import workshop
from portal_app.identity.actor import CompanyCreator
from portal_app.identity.codes import keyed
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import Conflict, NotFound
from portal_app.kit.ids import new_id
from portal_app.kit.tokens import derive_token
from portal_app.settings import get_settings

LASTS: Final = timedelta(days=7)
MOST: Final = 10
_TOKEN: Final = re.compile(r"[0-9a-f]{64}")


class NoSuchPreview(NotFound):
    """For a link that never was, is over, or was revoked: all the same."""

    def __init__(self) -> None:
        super().__init__("This link doesn't work any more.")


class TooManyPreviews(Conflict):
    def __init__(self) -> None:
        super().__init__("There are ten links already. Revoke one first.")


def path_of(preview: BrandPreview) -> str:
    return f"/preview/{_token_of(preview.id)}/"


def _token_of(preview_id: str) -> str:
    """256 bits that only this portal can compute; no table holds them."""
    return derive_token(get_settings().secret_key, "brand-preview", preview_id)


async def share_draft(session: AsyncSession, creator: CompanyCreator) -> BrandPreview:
    """A link to the draft as it is now, or to what holds where there is none.

    Raises TooManyPreviews. Links that are over make room.
    """
    for row in await _rows(session, creator):
        if row.expires_at <= wall_now():
            await session.delete(row)
    await session.flush()
    if len(await _rows(session, creator)) >= MOST:
        raise TooManyPreviews
    brand = (await workshop(session, creator)).brand
    preview_id = new_id("bprv")
    preview = BrandPreview(
        id=preview_id,
        company_id=creator.company_id,
        digest=keyed(_token_of(preview_id)),
        body=brand.model_dump(mode="json", exclude_none=True),
        author_id=creator.author.id,
        created_at=wall_now(),
        expires_at=wall_now() + LASTS,
    )
    session.add(preview)
    await session.flush()
    return preview


async def previews_of(session: AsyncSession, creator: CompanyCreator) -> list[BrandPreview]:
    """Those that still work, the newest first."""
    now = wall_now()
    return [row for row in await _rows(session, creator) if row.expires_at > now]


async def revoke(session: AsyncSession, creator: CompanyCreator, preview_id: str) -> None:
    """Raises NoSuchPreview, for another company's too."""
    for row in await _rows(session, creator):
        if row.id == preview_id:
            await session.delete(row)
            return
    raise NoSuchPreview


async def behind_preview(session: AsyncSession, token: str) -> tuple[str, Brand]:
    """The company and the look that a link shows; raises NoSuchPreview."""
    if not _TOKEN.fullmatch(token):
        raise NoSuchPreview
    statement = select(BrandPreview).where(col(BrandPreview.digest) == keyed(token))
    row = (await session.scalars(statement)).one_or_none()
    if row is None or row.expires_at <= wall_now():
        raise NoSuchPreview
    return row.company_id, theme_file.parsed(row.body)


async def _rows(session: AsyncSession, creator: CompanyCreator) -> Sequence[BrandPreview]:
    statement = (
        select(BrandPreview)
        .where(col(BrandPreview.company_id) == creator.company_id)
        .order_by(col(BrandPreview.created_at).desc(), col(BrandPreview.id))
    )
    return (await session.scalars(statement)).all()
