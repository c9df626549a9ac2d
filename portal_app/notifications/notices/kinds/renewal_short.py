"""Upcoming renewal of a cycle below half a year: for those who ask for it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.kinds.renewal import find_renewals, write_renewal


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    return await find_renewals(session, look, long=False)


NOTICE = NoticeKind(
    key="renewal_short",
    label="Other renewals",
    note="Seven days before a month or quarter is charged, fewer before a week.",
    default=False,
    stripe_mails="Upcoming renewals",
    when_due=_find,
    write=write_renewal,
)
