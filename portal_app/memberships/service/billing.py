"""Memberships as the billing history needs them: which bills were whose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, Payment
from portal_app.invoices.rules.wanted import Bills
from portal_app.memberships import bill_repository, repository
from portal_app.memberships.service.reading import HeldMembership, find_held


async def bills_of(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> tuple[HeldMembership, Bills]:
    """The holding, and the names at Stripe under which it was billed.

    Raises MembershipNotFound for whatever is not the actor's.
    """
    held = await find_held(session, actor, member_id, now)
    membership = held.row.membership
    return held, Bills(
        subscription_ids=tuple(await repository.subscription_ids(session, membership.id)),
        invoice_id=membership.stripe_invoice_id,
        payment_intent_id=membership.stripe_payment_intent_id,
    )


async def purchases_of(
    session: AsyncSession, actor: Actor, payments: Iterable[Payment]
) -> dict[str, str]:
    """What payments without an invoice bought, by payment; nothing where nobody knows."""
    intents = {payment.stripe_payment_intent_id: payment.id for payment in payments}
    titles = await bill_repository.titles_of_purchases(session, actor, intents)
    return {intents[intent]: title for intent, title in titles.items()}


async def billed_holding(
    session: AsyncSession, actor: Actor, bill: Invoice | Payment
) -> tuple[str, str] | None:
    """Id and product of the actor's holding that *bill* was for."""
    names: dict[str, str | None] = {"subscription_id": None, "invoice_id": None, "intent_id": None}
    if isinstance(bill, Invoice):
        names |= {
            "subscription_id": bill.stripe_subscription_id,
            "invoice_id": bill.stripe_invoice_id,
        }
    else:
        names |= {"intent_id": bill.stripe_payment_intent_id}
    return await bill_repository.holding_billed(session, actor, **names)
