"""The last step of a transfer: the old subscription ends and asks its customer for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import SYSTEM
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by
from portal_app.intents.writes import Write
from portal_app.kit.errors import ProviderUnavailable
from portal_app.kit.failpoints import failpoint
from portal_app.memberships.projection import project_subscription
from portal_app.provider.errors import UNAVAILABLE, ProviderMisconfigured
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers.models import Transfer

_CLEAR: Final = 4
_END: Final = 5


@contextmanager
def operator_mends() -> Iterator[None]:
    """A key that may not do this says nothing about what an earlier step has done already.

    So the write stays open, as after no answer: it goes on when the operator has mended the key.
    """
    try:
        yield
    except ProviderMisconfigured as error:
        raise ProviderUnavailable(UNAVAILABLE) from error


def ending(transfer: Transfer, old: SubscriptionFacts) -> Intent:
    """Step d, which the jobs loop takes up at once."""
    intent = asked_by(
        SYSTEM,
        kind=END_OLD.kind,
        about=transfer.id,
        payload={"subscription": old.id, "customer": old.customer_id},
    )
    intent.leased_until, intent.attempts = None, 0
    return intent


async def _end(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """The sender is asked for nothing any more, and given nothing back: the rest has gone on."""
    asked = intent.payload
    with operator_mends():
        await provider.delete_pending_items(
            asked["customer"], asked["subscription"], key=intent.step_key(_CLEAR)
        )
        failpoint("transfers.cleared")
        return await provider.cancel_subscription(
            asked["subscription"], prorate=False, invoice_now=False, key=intent.step_key(_END)
        )


async def _ended(
    session: AsyncSession, _intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)


END_OLD: Final = Write(kind="transfers.end", send=_end, apply=_ended)
