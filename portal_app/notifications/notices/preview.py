"""What would be sent now, for the operator: by kind, with samples, and why a kind is off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Product
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.models import Membership
from portal_app.notifications.models import NoticeSwitch
from portal_app.notifications.notices.finding import YOUNG, find, look_at, new_events, unsent
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.switches import switches

SAMPLES: Final = 3
_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KindPreview:
    """*count* mails are due and not sent; of a kind that is off, those that would have been.

    *samples* are recipient and product of the first few. *off_because* is empty when it is on.
    """

    kind: NoticeKind
    count: int
    samples: tuple[tuple[str, str], ...]
    since: datetime | None
    off_because: str


async def preview(db: Database, *, sandbox: bool) -> list[KindPreview]:
    """Every kind; writes nothing."""
    async with db.reading() as session:
        known = await switches(session)
        return [
            await _preview(session, kind, known.get(kind.key), sandbox=sandbox)
            for kind in NOTICES.values()
        ]


async def _preview(
    session: AsyncSession, kind: NoticeKind, row: NoticeSwitch | None, *, sandbox: bool
) -> KindPreview:
    since = row.since if row is not None and row.is_on else None
    wall = wall_now()
    news = await new_events(session, kind, after=wall - YOUNG, until=wall)
    look = look_at(news.rows, now=business_now(), since=since or _ALWAYS, jumps=sandbox)
    found = await unsent(session, kind, await find(session, kind, look))
    titles = await _titles(session, [one.occasion.membership_id for one in found[:SAMPLES]])
    return KindPreview(
        kind,
        len(found),
        tuple(
            (one.recipient.address, titles.get(one.occasion.membership_id, ""))
            for one in found[:SAMPLES]
        ),
        since,
        off_because(kind, row),
    )


def off_because(kind: NoticeKind, row: NoticeSwitch | None) -> str:
    """Why nobody gets a kind from the portal; empty when it is on."""
    if row is not None:
        return "" if row.is_on else f"switched off on {row.changed_at:%Y-%m-%d}"
    if kind.stripe_mails:
        return f"Stripe can send these itself (“{kind.stripe_mails}”): say who does"
    return "notices start off with a Stripe key"


async def _titles(session: AsyncSession, membership_ids: list[str]) -> dict[str, str]:
    statement = (
        select(Membership.id, Product.title)
        .join(Product, col(Product.id) == col(Membership.product_id))
        .where(col(Membership.id).in_(membership_ids))
    )
    return {row[0]: row[1] for row in await session.execute(statement)}
