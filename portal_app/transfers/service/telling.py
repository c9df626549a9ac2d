"""Mails to both sides at each step, lines of the history, and pages that are open."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.service import announce
from portal_app.kit.clock import business_now, wall_now
from portal_app.memberships.models import Membership
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import TOPIC, record
from portal_app.notifications.outbox import append_mail
from portal_app.transfers import repository
from portal_app.transfers.models import Transfer


class Step(StrEnum):
    """What is told; the words are in `notifications/transfer_words.py`."""

    REQUESTED = "requested"
    OFFERED = "offered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REFUSED = "refused"
    FAILED = "failed"
    KEPT = "kept"


class Side(StrEnum):
    SENDER = "sender"
    RECIPIENT = "recipient"


# What a recipient has never heard of is not taken back either; and that they opened it, they know.
_SENDER_ONLY: Final = frozenset({Step.REQUESTED, Step.REFUSED, Step.OPENED, Step.KEPT})
# Mostly it is done by then, which is told at once: this is for when the provider is away.
_ACCEPTED_AFTER: Final = timedelta(minutes=2)
# An offer and its hold may begin so long after an address went (`identity.SignInRemoval`).
_REMOVED_WITHIN: Final = timedelta(days=14)


async def tell(
    session: AsyncSession, transfer: Transfer, step: Step, *, recipient: bool = True
) -> None:
    """Both sides by mail, and their open pages.

    The sender at every address that they have, and at those that were removed lately: whoever has
    taken the account over removes what its owner reads.
    """
    for to in await _senders(session, transfer):
        _mail(session, transfer, step, Side.SENDER, to)
    if recipient and step not in _SENDER_ONLY:
        for to in await _recipients(session, transfer):
            _mail(session, transfer, step, Side.RECIPIENT, to)
    announce_both(session, transfer)


async def _senders(session: AsyncSession, transfer: Transfer) -> list[str]:
    own = await repository.addresses_of(session, transfer.person_id)
    since = wall_now() - _REMOVED_WITHIN
    gone = await repository.addresses_removed(session, transfer.person_id, since)
    return list(dict.fromkeys([*(one.address for one in own), *gone]))


async def _recipients(session: AsyncSession, transfer: Transfer) -> list[str]:
    """The address that it was offered to; with an unbound link, whoever accepted."""
    if transfer.recipient_address:
        return [transfer.recipient_address]
    known = await repository.addresses_of(session, transfer.recipient_person_id)
    return [one.address for one in known if one.is_primary]


def _mail(session: AsyncSession, transfer: Transfer, step: Step, side: Side, address: str) -> None:
    message = append_mail(
        session,
        kind="transfer",
        recipient=address,
        locale=transfer.locale,
        payload={"transfer_id": transfer.id, "step": step.value, "side": side.value},
    )
    if step is Step.ACCEPTED:
        message.due_at += _ACCEPTED_AFTER


def announce_both(session: AsyncSession, transfer: Transfer) -> None:
    for person in {transfer.person_id, transfer.recipient_person_id}:
        announce(session, person, TOPIC)


async def note(session: AsyncSession, transfer: Transfer, kind: str) -> None:
    """A line in the membership's history, which the next holder does not see."""
    membership = await session.get_one(Membership, transfer.membership_id)
    record(session, membership, [Happening(kind=kind, at=business_now())])
