"""Keeping the preview of every next charge as it is at the provider; pages only read them.

Which are due is asked of the tables and never remembered: a lost event or a stopped process costs
no more than the time until the next look.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.service import announce
from portal_app.invoices.upcoming.projection import drop_preview, note_failure, project_preview
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.kit.observed import Outcome
from portal_app.memberships.preview_repository import PreviewDue, pointless_previews, previews_due
from portal_app.memberships.rules import StripeFacts, previewed_at
from portal_app.memberships.service.pricing import basis_of
from portal_app.provider.errors import MalformedObject
from portal_app.provider.facts import InvoiceFacts

log = logging.getLogger(__name__)
TOPIC: Final = "upcoming"
KEPT_FOR: Final = timedelta(days=1)
# In one round, of which there is one a second at most: far below Stripe's limits (25 a second for
# test keys), so that nobody who pays has to wait for it.
ROUND: Final = 10
AT_ONCE: Final = 4
_DROPPED_AT_ONCE: Final = 200


class PreviewSource(Protocol):
    """Who knows what will be charged."""

    async def preview_renewal(self, subscription_id: str) -> InvoiceFacts: ...

    async def preview_resume(self, subscription_id: str) -> InvoiceFacts: ...


@dataclass(frozen=True, slots=True)
class Round:
    """How many previews were *due*, and whether the provider is *away*."""

    due: int
    away: bool = False


@dataclass(frozen=True, slots=True)
class _Preview:
    """What came of one: *facts*, or the *error* that stands for them."""

    due: PreviewDue
    observed_at: datetime
    facts: InvoiceFacts | None = None
    error: PortalError | None = None


async def is_preview_due(db: Database) -> bool:
    """Whether a round would find something; takes no turn and no lock."""
    async with db.reading() as session:
        return bool(await _due(session, limit=1) or await pointless_previews(session, limit=1))


async def refresh_previews(db: Database, source: PreviewSource) -> Round:
    """One round: what will not be charged any more goes, what may have changed is fetched."""
    async with db.unit_of_work() as session:
        for row in await pointless_previews(session, limit=_DROPPED_AT_ONCE):
            customer = await session.get(Customer, row.customer_id)
            await drop_preview(session, row.stripe_subscription_id)
            announce(session, customer.person_id if customer else None, TOPIC)
    async with db.reading() as session:
        due = await _due(session, limit=ROUND)
    fetched = await _fetched(source, due)
    async with db.unit_of_work() as session:
        for one in fetched:
            await _apply(session, one)
    return Round(len(due), away=any(_is_away(one.error) for one in fetched))


async def fill_previews(db: Database, source: PreviewSource) -> None:
    """Until none is due: for a demo that is to be complete when it opens."""
    while (done := await refresh_previews(db, source)).due and not done.away:
        pass


async def _due(session: AsyncSession, *, limit: int) -> list[PreviewDue]:
    now = wall_now()
    return await previews_due(session, older_than=now - KEPT_FOR, now=now, limit=limit)


async def _fetched(source: PreviewSource, due: Sequence[PreviewDue]) -> list[_Preview]:
    """Side by side, and none any more once the provider does not answer."""
    slots, away = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    async def one(wanted: PreviewDue) -> _Preview | None:
        async with slots:
            if away.is_set():
                return None
            preview = await _fetch(source, wanted)
        if _is_away(preview.error):
            away.set()
        return preview

    return [found for found in await asyncio.gather(*map(one, due)) if found is not None]


async def _fetch(source: PreviewSource, due: PreviewDue) -> _Preview:
    observed_at = wall_now()
    paused = due.membership.stripe_status == "paused"
    preview = source.preview_resume if paused else source.preview_renewal
    try:
        facts = await preview(due.stripe_subscription_id)
    except PortalError as error:
        fields = {"subscription": due.stripe_subscription_id, "why": str(error)}
        log.warning("a next charge could not be previewed", extra={"fields": fields})
        return _Preview(due, observed_at, error=error)
    return _Preview(due, observed_at, facts=facts)


def _is_away(error: PortalError | None) -> bool:
    """Not answering at all, which is no fault of the subscription that was asked about."""
    return isinstance(error, ProviderUnavailable) and not isinstance(error, MalformedObject)


async def _apply(session: AsyncSession, preview: _Preview) -> None:
    due, subscription = preview.due, preview.due.stripe_subscription_id
    charge_at = previewed_at(StripeFacts.of(due.membership))
    if preview.error is not None:
        await note_failure(session, subscription, preview.error, now=wall_now())
    elif preview.facts is not None and charge_at is not None:
        outcome = await project_preview(
            session,
            preview.facts,
            stripe_subscription_id=subscription,
            customer_id=due.customer.id,
            charge_at=charge_at,
            basis=basis_of(due.membership),
            observed_at=preview.observed_at,
        )
        if outcome is Outcome.WRITTEN:
            announce(session, due.customer.person_id, TOPIC)
