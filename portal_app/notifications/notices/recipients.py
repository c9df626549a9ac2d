"""Who gets a notice: the one place that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import and_, col, select

from portal_app.identity.models import EmailAddress, Person
from portal_app.invoices.recipients.service import agreed_recipients
from portal_app.notifications.models import NoticePreference
from portal_app.notifications.notices.kind import NoticeKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address that was proved, and the language of whoever reads there.

    *invited_as* is the row of somebody who was named for a person's receipts (`rcpt_…`).
    """

    address: str
    locale: str
    invited_as: str = ""


async def recipients(
    session: AsyncSession, kind: NoticeKind, person_ids: Collection[str]
) -> dict[str, list[Recipient]]:
    """By person, the addresses that get their notices of *kind*; none for who does not want them.

    Nobody's notices go to nobody: an unclaimed customer's address was never proved.
    """
    preference = and_(
        col(NoticePreference.person_id) == col(Person.id), col(NoticePreference.kind) == kind.key
    )
    statement = (
        select(Person.id, EmailAddress.address, Person.locale, NoticePreference.wanted)
        .join(EmailAddress, col(EmailAddress.person_id) == col(Person.id))
        .outerjoin(NoticePreference, preference)
        .where(col(Person.id).in_(person_ids), col(EmailAddress.is_primary).is_(True))
    )
    found: defaultdict[str, list[Recipient]] = defaultdict(list)
    for person_id, address, locale, chosen in await session.execute(statement):
        if is_wanted(kind, chosen):
            found[person_id].append(Recipient(address, locale))
    if kind.for_recipients:
        for row in await agreed_recipients(session, person_ids):
            found[row.person_id].append(Recipient(row.address, row.locale, row.id))
    return found


def is_wanted(kind: NoticeKind, chosen: bool | None) -> bool:
    """What somebody *chose*, None for nothing; what is locked is wanted by everybody."""
    if kind.locked or chosen is None:
        return bool(kind.locked) or kind.default
    return chosen
