"""One membership of the company's, with everything that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import CompanyCreator
from portal_app.memberships.models import Cancellation, MembershipEvent
from portal_app.studio.errors import NoSuchPage
from portal_app.studio.home.repository import sold
from portal_app.studio.home.service import Sold, decided
from portal_app.studio.membership import repository

EVENTS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldDetails:
    """The whole history, other holders' times included: it is the company's membership."""

    sold: Sold
    events: Sequence[MembershipEvent]
    cancellations: Sequence[Cancellation]


async def read_sold(
    session: AsyncSession, creator: CompanyCreator, membership_id: object, now: datetime
) -> SoldDetails:
    """Raises NoSuchPage for what is another company's, malformed or nothing at all."""
    given = membership_id if isinstance(membership_id, str) else ""
    row = await sold(session, creator.company_id, given)
    if row is None:
        raise NoSuchPage
    return SoldDetails(
        sold=(await decided(session, creator, [row], now))[0],
        events=await repository.events_of(session, given, EVENTS_SHOWN),
        cancellations=await repository.cancellations_of(session, given),
    )
