"""What the page that pays shows, and what it asks the provider about its own invoice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, author_for
from portal_app.intents.service import Desk, open_intents
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment
from portal_app.invoices.repository import find_invoice, invoice_of_payment, last_attempts
from portal_app.memberships import repository
from portal_app.memberships.errors import MembershipNotFound, NothingToPay
from portal_app.memberships.service.listing import (
    overdue_memberships,
)
from portal_app.memberships.service.reading import (
    HeldMembership,
    find_held,
)
from portal_app.memberships.service.settling import observe
from portal_app.payment_methods.errors import PaymentMethodNotFound
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import find_method, list_wallets


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """A membership with what is, or was just, to be paid for it, and what could be charged.

    *payment* is the newest try; *waiting* says that nobody knows yet what became of another.
    """

    held: HeldMembership
    invoice: Invoice | None
    payment: Payment | None
    methods: Sequence[PaymentMethod]
    waiting: bool


async def payment_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime, *, shown: str = ""
) -> PaymentPage:
    """*shown* is the invoice (`inv_…`) that a tab goes on showing, paid or not.

    Raises MembershipNotFound, also for one that nothing is ever charged for again and again.
    """
    held = await find_held(session, actor, member_id, now)
    if not held.facts.recurring:
        raise MembershipNotFound
    invoice = await _shown(session, actor, held, shown) or held.payable
    if invoice is None:
        return PaymentPage(held=held, invoice=None, payment=None, methods=(), waiting=False)
    attempts = await last_attempts(session, actor, [invoice.id])
    wallets = await list_wallets(session, actor)
    own = [one for one in wallets if one.customer.id == invoice.customer_id]
    return PaymentPage(
        held=held,
        invoice=invoice,
        payment=attempts.get(invoice.id),
        methods=[method for wallet in own for method in wallet.methods],
        waiting=bool(await open_intents(session, [invoice.id])),
    )


async def _shown(
    session: AsyncSession, actor: Actor, held: HeldMembership, invoice_id: str
) -> Invoice | None:
    invoice = await find_invoice(session, actor, invoice_id) if invoice_id else None
    current = await repository.current_subscriptions(session, [held.row.membership.id])
    return invoice if invoice and invoice.stripe_subscription_id in current else None


async def payment_returned(session: AsyncSession, actor: Actor, stripe_payment_id: str) -> str:
    """The invoice (`inv_…`) of a payment that the bank's page came back with; may be empty."""
    invoice = await invoice_of_payment(session, actor, stripe_payment_id)
    return invoice.id if invoice else ""


async def payable_with(
    session: AsyncSession, actor: Actor, method_id: object, now: datetime
) -> HeldMembership | None:
    """What is open and a method of the actor's (`payt_…`) could pay, the newest membership first.

    None too for a method that is not the actor's.
    """
    with suppress(PaymentMethodNotFound):
        method, _customer = await find_method(session, actor, method_id)
        for held in await overdue_memberships(session, actor, now):
            if held.is_charged and held.owes_to(method.customer_id):
                return held
    return None


async def look_up_payment(desk: Desk, actor: Actor, invoice_id: str) -> None:
    """Ask the provider what became of an invoice of the actor's; what a browser says is no proof.

    Does nothing for one that is not there. Raises as `PaymentWriter`.
    """
    async with desk.database().reading() as session:
        invoice = await find_invoice(session, actor, invoice_id)
    if invoice is not None and invoice.status is InvoiceStatus.OPEN:
        await observe(desk, author_for(actor), invoice.stripe_invoice_id)


async def confirmation_secret(desk: Desk, actor: Actor, invoice_id: str) -> str:
    """With which the actor's browser can show the bank's page; may be empty.

    Raises NothingToPay for anything but an open invoice of the actor's, and as `PaymentWriter`.
    """
    async with desk.database().reading() as session:
        invoice = await find_invoice(session, actor, invoice_id)
    if invoice is None or invoice.status is not InvoiceStatus.OPEN:
        raise NothingToPay
    secret = desk.provider.confirmation_secret(invoice.stripe_invoice_id)
    return await desk.in_time(secret)
