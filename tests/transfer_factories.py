"""Transfers for tests: `make_waiting` asks a company for its word, `make_transfer` anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.models import email_key
from portal_app.transfers.links import digest_of_link, stop_token_of, token_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import Terms
from tests.factories import HeldMembership
from tests.rows import NOW, added, number


async def make_transfer(session: AsyncSession, held: HeldMembership, **over: Any) -> Transfer:
    """Offered to Ben by whoever holds it, as a month of it costs."""
    identifier = over.pop("id", f"trf_{number()}")
    asked = over.pop("asked_at", NOW)
    address = over.pop("recipient_address", "ben@example.com")
    given = {
        "source": "page",
        "state": TransferState.OFFERED,
        "offered_at": asked,
        "expires_at": asked + timedelta(days=7),
        "recipient_key": email_key(address),
        "person_id": held.member.person_id,
        "terms": Terms(
            product_id=held.membership.product_id,
            plan_id=held.plan.id,
            amount_minor=2900,
            currency="USD",
            interval="month",
            interval_count=1,
        ).stored(),
        **over,
    }
    row = Transfer(
        id=identifier,
        membership_id=held.membership.id,
        member_id=held.member.id,
        company_id=held.membership.company_id,
        recipient_address=address,
        token_digest=digest_of_link(token_of(identifier)),
        stop_digest=digest_of_link(stop_token_of(identifier)),
        asked_at=asked,
        **given,
    )
    return await added(session, row)


async def make_waiting(session: AsyncSession, held: HeldMembership, **over: Any) -> Transfer:
    """One that the seller has to approve first."""
    waits = {"state": TransferState.REQUESTED, "needs_approval": True, "offered_at": None}
    return await make_transfer(session, held, **{**waits, **over})
