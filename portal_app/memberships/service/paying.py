"""Paying what is open: by the customer who is there, or by a key of the company.

A payment never happens behind somebody's back and never twice: it is asked for once, Stripe's
invoice can be paid once, and when it is unknown what became of it, it is looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, Author, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.kit.clock import business_now
from portal_app.kit.errors import PortalError
from portal_app.memberships import repository
from portal_app.memberships.errors import AmountChanged, NothingToPay
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import NEEDS_ATTENTION, StripeFacts, status_of
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.memberships.service.settling import Settled, apply_settled, around, observe
from portal_app.payment_methods.errors import OtherCustomer
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import find_method
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.writing import PaymentWriter

log = logging.getLogger(__name__)
_ENDED: Final = frozenset({"canceled", "incomplete_expired"})


async def _send(provider: PaymentWriter, intent: Intent) -> Settled:
    """Pay exactly what was agreed to, if that is still what is due."""
    asked = intent.payload
    invoice, subscription = await asyncio.gather(
        provider.invoice(asked["invoice"]), provider.subscription(asked["subscription"])
    )
    if invoice.status is not InvoiceStatus.OPEN or subscription.status in _ENDED:
        raise NothingToPay
    if invoice.amount_remaining.minor != asked["amount"]:
        raise AmountChanged
    paid = await provider.pay_invoice(
        asked["invoice"],
        method_id=asked["method"],
        key=intent.key,
        off_session=asked["off_session"],
    )
    return await around(provider, paid)


async def _look(provider: PaymentWriter, intent: Intent) -> Settled:
    return await around(provider, await provider.invoice(intent.payload["invoice"]))


PAY: Final = Write(kind="paying.pay_invoice", send=_send, apply=apply_settled, look=_look)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open invoice, the subscription that it is for, and the method to charge."""

    invoice: Invoice
    subscription_id: str
    method: PaymentMethod


async def pay_open_invoice(
    desk: Desk, actor: Actor, member_id: object, method_id: object, *, amount_minor: int
) -> None:
    """Charge what is open for a membership to a method, with the customer there to confirm it.

    *amount_minor* is what the customer was shown. Returns when the provider has taken it, at once
    or as a debit that is under way: the rows say which.

    Raises MembershipNotFound, PaymentMethodNotFound, OtherCustomer, NothingToPay and AmountChanged;
    CardDeclined; AuthenticationRequired (then `confirmation_secret`); and as `Desk.carry_out`.
    """

    async def find(session: AsyncSession) -> Due:
        held = await find_held(session, actor, member_id, business_now())
        due = _due_for(held)
        if due.amount_remaining_minor != amount_minor:
            raise AmountChanged
        method, _customer = await find_method(session, actor, method_id)
        return await _due(session, held.row.membership, due, method)

    await _charge(desk, author_for(actor), find)


async def retry_open_payment(
    desk: Desk, author: Author, membership: Membership, method: PaymentMethod
) -> None:
    """The same for whoever is not the customer, such as a key of the company: nobody can confirm.

    Not scoped: the caller has found both rows as the author's own. Raises as `pay_open_invoice`.
    """

    async def find(session: AsyncSession) -> Due:
        found = await session.get(Membership, membership.id, populate_existing=True)
        if found is None or not _can_be_charged(found):
            raise NothingToPay
        invoice = await repository.open_invoice_of(session, found)
        if invoice is None:
            raise NothingToPay
        return await _due(session, found, invoice, method)

    await _charge(desk, author, find, off_session=True)


def _can_be_charged(membership: Membership) -> bool:
    automatic = membership.collection_method == "charge_automatically"
    return automatic and status_of(StripeFacts.of(membership)) in NEEDS_ATTENTION


def _due_for(held: HeldMembership) -> Invoice:
    if held.payable is None or not held.is_charged:
        raise NothingToPay
    return held.payable


async def _due(
    session: AsyncSession, membership: Membership, invoice: Invoice, method: PaymentMethod
) -> Due:
    if method.customer_id != invoice.customer_id:
        raise OtherCustomer
    current = await repository.current_subscriptions(session, [membership.id])
    if invoice.stripe_subscription_id not in current:
        raise NothingToPay
    return Due(invoice=invoice, subscription_id=current[0], method=method)


async def _charge(
    desk: Desk,
    author: Author,
    find: Callable[[AsyncSession], Awaitable[Due]],
    *,
    off_session: bool = False,
) -> None:
    """What became of a refused payment is learnt at once: the next one needs to know."""
    found: list[Due] = []

    async def record(session: AsyncSession) -> Intent:
        due = await find(session)
        found.append(due)
        return asked_by(
            author, kind=PAY.kind, about=due.invoice.id, payload=_asked(due, off_session)
        )

    try:
        await desk.carry_out(PAY, record)
    except (RefusedByProvider, NothingToPay, AmountChanged) as refusal:
        if found and await _is_paid(desk, author, found[0].invoice):
            # An automatic retry, or another tab, was faster.
            raise NothingToPay from refusal
        raise


async def _is_paid(desk: Desk, author: Author, invoice: Invoice) -> bool:
    """Asked after a refusal, so that pages say how things stand without waiting for events."""
    try:
        settled = await observe(desk, author, invoice.stripe_invoice_id)
    except PortalError:
        log.warning("what became of a refused payment was not learnt; its events will tell")
        return False
    return settled.invoice.status is InvoiceStatus.PAID


def _asked(due: Due, off_session: bool) -> dict[str, Any]:
    return {
        "invoice": due.invoice.stripe_invoice_id,
        "subscription": due.subscription_id,
        "method": due.method.stripe_payment_method_id,
        "amount": due.invoice.amount_remaining_minor,
        "off_session": off_session,
    }
