"""The watch over cards: which will have expired when they are to be charged next.

What a page says is derived from the card and the next charge, and always current. What the watch
writes down is who has been told of it: mails hang on a notice, and open pages read again when one
is raised or resolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.service import announce
from portal_app.kit.db import Database
from portal_app.kit.lookup import locked
from portal_app.memberships.card_repository import (
    CardUse,
    open_card_notices,
    uses_of_cards_expiring_before,
)
from portal_app.memberships.models import CardNotice
from portal_app.memberships.rules import TELL_AHEAD, StripeFacts, may_be_told_of, renewal_date
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.rules import expires_before

TOPIC: Final = "payment_methods"
# Changes in one unit of work: short, so that nobody waits long for SQLite's one writer.
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class _Missed:
    """A charge that a card misses; *raises* unless it is only the retry of one that failed."""

    use: CardUse
    charge_at: datetime
    raises: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A notice to *resolve*, or a charge to raise one about; *person_id* is who sees it."""

    person_id: str | None
    resolve: CardNotice | None = None
    missed: _Missed | None = None


async def watch_cards(db: Database, now: datetime, *, quiet: bool) -> int:
    """Raise what there is to tell at *now* (business time), and resolve what is mended; how many.

    A second run changes nothing. *quiet* notices are for nobody's mailbox.
    """
    async with db.reading() as session:
        uses = await uses_of_cards_expiring_before(session, now + TELL_AHEAD)
        standing = await open_card_notices(session)
    changes = list(_changes(_earliest(_missed(uses, now)), standing))
    for start in range(0, len(changes), BATCH):
        async with db.unit_of_work() as session:
            for change in changes[start : start + BATCH]:
                await _make(session, change, now, quiet=quiet)
    return len(changes)


def _missed(uses: Iterable[CardUse], now: datetime) -> Iterator[_Missed]:
    for use in uses:
        facts = StripeFacts.of(use.membership)
        due = use.unpaid.next_attempt_at if use.unpaid else renewal_date(facts)
        if due is None or not expires_before(use.method, due):
            continue
        expired = expires_before(use.method, now)
        if may_be_told_of(due, expired=expired, now=now):
            yield _Missed(use, due, raises=use.unpaid is None)


def _earliest(missed: Iterable[_Missed]) -> dict[str, _Missed]:
    """Of each card the first charge to come, one that raises before a retry."""
    found: dict[str, _Missed] = {}
    for one in sorted(
        missed, key=lambda one: (not one.raises, one.charge_at, one.use.membership.id)
    ):
        found.setdefault(one.use.method.id, one)
    return found


def _changes(
    missed: dict[str, _Missed], standing: Sequence[tuple[CardNotice, str | None]]
) -> Iterator[_Change]:
    kept = set()
    for notice, person_id in standing:
        one = missed.get(notice.payment_method_id)
        if one is not None and _is_about(notice, one.use.method):
            kept.add(notice.payment_method_id)
        else:
            yield _Change(person_id, resolve=notice)
    for method_id, one in missed.items():
        if one.raises and method_id not in kept:
            yield _Change(one.use.customer.person_id, missed=one)


def _is_about(notice: CardNotice, method: PaymentMethod) -> bool:
    """Not when the network has given the card a new expiry, be it one that is too early too."""
    return (notice.exp_year, notice.exp_month) == (method.exp_year, method.exp_month)


async def _make(session: AsyncSession, change: _Change, now: datetime, *, quiet: bool) -> None:
    if change.resolve is not None:
        notice = await locked(session, CardNotice, id=change.resolve.id)
        if notice is not None:
            notice.resolved_at = now
            await session.flush()  # before another one of the same card is opened
    if change.missed is not None:
        await _raise(session, change.missed, now, quiet=quiet)
    announce(session, change.person_id, TOPIC)


async def _raise(session: AsyncSession, missed: _Missed, now: datetime, *, quiet: bool) -> None:
    """A notice of the same charge is opened again, and nobody is told twice."""
    method = missed.use.method
    key: dict[str, Any] = {
        "payment_method_id": method.id,
        "exp_year": method.exp_year,
        "exp_month": method.exp_month,
        "charge_at": missed.charge_at,
    }
    notice = await locked(session, CardNotice, **key)
    if notice is not None:
        notice.resolved_at = None
        return
    session.add(
        CardNotice(**key, membership_id=missed.use.membership.id, quiet=quiet, raised_at=now)
    )
