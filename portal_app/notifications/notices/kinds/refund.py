"""Refund: money is on its way back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invoices.models import Refund
from portal_app.kit.money import Money
from portal_app.memberships.projection import membership_of_payment
from portal_app.notifications.notices import repository
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend
from portal_app.payment_methods.views import method_label
from portal_app.provider.objects import Kind

_ON_ITS_WAY = frozenset({"pending", "succeeded"})


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    occasions = []
    found = await repository.refunds(session, look.ids(Kind.REFUND), look.since)
    for refund, payment, customer, invoice in found:
        membership = await membership_of_payment(session, payment, invoice)
        if membership is not None:
            occasions.append(
                Occasion(
                    subject_id=refund.id,
                    person_id=customer.person_id,
                    membership_id=membership.id,
                    payload={"refund_id": refund.id},
                )
            )
    return occasions


async def _write(writing: Writing) -> Letter:
    reader = writing.reader
    refund = await writing.session.get(Refund, writing.payload["refund_id"])
    if refund is None or refund.status not in _ON_ITS_WAY:
        raise NothingToSend
    payment, invoice = await repository.payment_with_invoice(writing.session, refund.payment_id)
    amount = reader.money(Money(refund.amount_minor, refund.currency))
    company = writing.company.title
    method = method_label(
        reader, kind=payment.method_kind, brand=payment.method_brand, last4=payment.method_last4
    )
    return Letter(
        subject=reader.say("Refund from {company}: {amount}", company=company, amount=amount),
        heading=reader.say("You get {amount} back", amount=amount),
        paragraphs=(
            reader.say("{company} refunded your payment.", company=company),
            reader.say("It can take up to ten days until it is on your statement."),
        ),
        facts=(
            (reader.say("For"), writing.title),
            (reader.say("Refunded on"), reader.moment(refund.created_at)),
            (reader.say("Refunded to"), method if payment.method_kind else ""),
            (reader.say("Of the payment"), _of(writing, payment.amount, payment.paid_at)),
        ),
        action=writing.manage,
        see_also=(
            reader.say("See this payment"),
            f"{writing.origin}/billing/history/{invoice.id if invoice else payment.id}/",
        ),
    )


def _of(writing: Writing, amount: Money, paid_at: datetime | None) -> str:
    reader = writing.reader
    if paid_at is None:
        return reader.money(amount)
    return reader.say("{price}, on {date}", price=reader.money(amount), date=reader.date(paid_at))


NOTICE = NoticeKind(
    key="refund",
    label="Refunds",
    note="When money is given back to you.",
    stripe_mails="Refunds",
    events=frozenset({"refund.created", "refund.updated"}),
    after_events=_find,
    write=_write,
)
