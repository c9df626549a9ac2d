"""Takes an arranged end back that the provider kept at first, as long as it is still ours."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import SYSTEM
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by
from portal_app.intents.writes import Write
from portal_app.memberships.projection import TRANSFER_KEY, project_subscription
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.service.last_word import KEEPS_OLD, last_word
from portal_app.provider.errors import (
    UNAVAILABLE,
    ProviderFailed,
    RefusedByProvider,
    UnknownAtProvider,
)
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers.models import Transfer
from portal_app.transfers.service.ending import operator_mends
from portal_app.transfers.service.telling import Step, tell


def keeping(transfer: Transfer, old: SubscriptionFacts, code: str) -> Intent:
    """It was told to end for a transfer that failed with *code*; later tries take that back.

    About the membership, so that what its holder says meanwhile comes after it and counts.
    """
    intent = asked_by(
        SYSTEM,
        kind=KEEP_OLD.kind,
        about=transfer.membership_id,
        payload={
            "subscription": old.id,
            # Under another name than of one that is being carried out (`is_handed_on`).
            "failed": transfer.id,
            "code": code,
            "arranged_at": _arranged_at(old),
        },
    )
    intent.leased_until, intent.attempts = None, 0
    return intent


def is_left_ending(transfer: Transfer, old: SubscriptionFacts) -> bool:
    """Whether it still ends for the sake of the transfer."""
    arranged = old.metadata.get(TRANSFER_KEY) == transfer.id and old.cancel_at_period_end
    return arranged and old.status not in OVER


async def _keep(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """Not an end that the holder has arranged since: that one has another time."""
    asked = intent.payload
    with operator_mends():
        old = await provider.subscription(asked["subscription"])
        arranged_at = old.canceled_at.isoformat() if old.canceled_at else ""
        if (
            not old.cancel_at_period_end
            or old.status in OVER
            or arranged_at != asked["arranged_at"]
        ):
            return old
        mark = {TRANSFER_KEY: _kept_mark(intent)}
        try:
            return await provider.keep_subscription(old.id, metadata=mark, key=intent.key)
        except (RefusedByProvider, UnknownAtProvider) as refusal:
            # Another key asks anew: under this one the refusal would only be repeated.
            raise ProviderFailed(UNAVAILABLE) from refusal


def _arranged_at(old: SubscriptionFacts) -> str:
    """The provider's time of the arrangement, which tells it from another one."""
    return old.canceled_at.isoformat() if old.canceled_at else ""


def _kept_mark(intent: Intent) -> str:
    return f"{intent.payload['failed']}/{intent.payload['code']}"


async def _kept(
    session: AsyncSession, intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)
    canceled = (await last_word(session, intent.about)).cancels
    if answer.metadata.get(TRANSFER_KEY) == _kept_mark(intent) and not canceled:
        transfer = await session.get_one(Transfer, intent.payload["failed"])
        await tell(session, transfer, Step.KEPT)


KEEP_OLD: Final = Write(kind=KEEPS_OLD, send=_keep, apply=_kept)
