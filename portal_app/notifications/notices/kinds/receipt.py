"""Receipt: money was taken, however it was started."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invoices.models import PaymentStatus
from portal_app.invoices.rules.numbers import receipt_number
from portal_app.kit.money import Money
from portal_app.memberships.projection import membership_of_payment
from portal_app.notifications.notices import repository
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.payment_methods.views import method_label
from portal_app.provider.objects import Kind


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    """Payment, invoice and purchase are told of in any order; whichever comes last completes it."""
    found = await repository.payments_told_of(
        session,
        intents=look.ids(Kind.PAYMENT),
        invoices=look.ids(Kind.INVOICE),
        checkouts=look.ids(Kind.CHECKOUT),
    )
    occasions = []
    for payment, customer, invoice in found:
        paid_at = payment.paid_at or payment.created_at
        if payment.status is not PaymentStatus.SUCCEEDED or not payment.amount:
            continue
        if paid_at < look.since:
            continue
        membership = await membership_of_payment(session, payment, invoice)
        if membership is not None:
            occasions.append(
                Occasion(
                    subject_id=payment.id,
                    person_id=customer.person_id,
                    membership_id=membership.id,
                    payload={"payment_id": payment.id},
                )
            )
    return occasions


async def _write(writing: Writing) -> Letter:
    reader = writing.reader
    payment, invoice = await repository.payment_with_invoice(
        writing.session, writing.payload["payment_id"]
    )
    amount = reader.money(payment.amount)
    company = writing.company.title
    method = method_label(
        reader, kind=payment.method_kind, brand=payment.method_brand, last4=payment.method_last4
    )
    number = receipt_number(payment.id, invoice.number if invoice else "")
    tax = reader.money(Money(invoice.tax_minor, invoice.currency)) if invoice else ""
    return Letter(
        subject=reader.say("Receipt from {company}: {amount}", company=company, amount=amount),
        heading=reader.say("You paid {amount}", amount=amount),
        paragraphs=(reader.say("{company} received your payment.", company=company),),
        facts=(
            (reader.say("For"), writing.title),
            (reader.say("Paid on"), reader.moment(payment.paid_at or payment.created_at)),
            (reader.say("Paid with"), method if payment.method_kind else ""),
            (reader.say("Tax included"), tax if invoice and invoice.tax_minor else ""),
            (reader.say("Receipt number"), number),
            (reader.say("Next charge"), _next_charge(writing)),
        ),
        action=writing.manage,
        payment_id=payment.id,
        see_also=(
            reader.say("See this payment"),
            f"{writing.origin}/billing/history/{invoice.id if invoice else payment.id}/",
        ),
    )


def _next_charge(writing: Writing) -> str:
    following, reader = writing.next_charge, writing.reader
    if following is None or following.at is None:
        return ""
    date = reader.date(following.at)
    return reader.say("{price}, on {date}", price=writing.next_amount, date=date)


NOTICE = NoticeKind(
    key="receipt",
    label="Receipts",
    note="For every payment.",
    locked="The card networks require a receipt that says how to cancel.",
    stripe_mails="Successful payments",
    for_recipients=True,
    events=frozenset(
        {
            "checkout.session.async_payment_succeeded",
            "checkout.session.completed",
            "invoice.paid",
            "invoice_payment.paid",
            "payment_intent.succeeded",
        }
    ),
    after_events=_find,
    write=_write,
)
