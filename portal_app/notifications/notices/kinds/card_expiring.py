"""Card expiring: it will have when it is to be charged next. `card_watch` finds them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.memberships.models import CardNotice
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.rules import expires_before
from portal_app.payment_methods.views import label_of, month_of


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    """Not the quiet ones: those stood already when somebody first looked."""
    statement = (
        select(CardNotice, Customer.person_id)
        .join(PaymentMethod, col(PaymentMethod.id) == col(CardNotice.payment_method_id))
        .join(Customer, col(Customer.id) == col(PaymentMethod.customer_id))
        .where(
            col(CardNotice.quiet).is_(False),
            col(CardNotice.resolved_at).is_(None),
            col(CardNotice.raised_at) >= look.since,
            col(CardNotice.charge_at) > look.now,
        )
    )
    return [
        Occasion(
            subject_id=notice.id,
            person_id=person_id,
            membership_id=notice.membership_id,
            payload={"notice_id": notice.id},
        )
        for notice, person_id in await session.execute(statement)
    ]


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when another card, a new expiry or an end has mended it."""
    held, reader = writing.holding(), writing.reader
    notice = await writing.session.get(CardNotice, writing.payload["notice_id"])
    if notice is None or notice.resolved_at is not None:
        raise NothingToSend
    method = await writing.session.get_one(PaymentMethod, notice.payment_method_id)
    card, charge = label_of(reader, method), reader.date(notice.charge_at)
    return Letter(
        subject=_subject(writing, card, expired=expires_before(method, held.as_of)),
        heading=_subject(writing, card, expired=expires_before(method, held.as_of)),
        paragraphs=(
            reader.say(
                "The next charge for {product} is on {date}. Choose another payment method "
                "before then, so that it goes through.",
                product=writing.title,
                date=charge,
            ),
        ),
        facts=(
            (reader.say("Card"), card),
            (reader.say("Valid until"), month_of(method)),
            (reader.say("Next charge"), charge),
        ),
        action=(reader.say("Update payment method"), f"{writing.manage_url}payment-method/"),
    )


def _subject(writing: Writing, card: str, *, expired: bool) -> str:
    if expired:
        return writing.reader.say("{card} has expired", card=card)
    return writing.reader.say("{card} expires before your next charge", card=card)


NOTICE = NoticeKind(
    key="card_expiring",
    label="Cards that expire",
    note="When a card will have expired at its next charge.",
    stripe_mails="Expiring cards",
    when_due=_find,
    write=_write,
)
