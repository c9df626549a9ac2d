"""Words that both sides read."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from portal_app.catalog.models import Interval
from portal_app.memberships.service import membership_name
from portal_app.memberships.views.wording import every
from portal_app.transfers.rules import RENEWAL_GUARD, Blocked, Terms
from portal_app.transfers.service import Subject
from portal_app.ui.reader import Reader

_BLOCKED: Final = {
    Blocked.OFF: "{creator} doesn't allow {product} to be transferred.",
    Blocked.OVER: "It has ended, so there is nothing to transfer.",
    Blocked.UNPAID: "Its last payment didn't go through. Once it is paid, you can transfer it.",
    Blocked.DISPUTED: "A payment for it is disputed with the bank. Once that is settled, you can"
    " transfer it.",
    Blocked.INVOICE_OPEN: "An invoice for it is still open. Once it is paid, you can transfer it.",
    Blocked.CANCELING: "It is cancelled. To transfer it, take the cancellation back first.",
    Blocked.PAUSED: "It is paused. To transfer it, resume it first.",
    Blocked.CHANGE_PENDING: "Its plan is about to change. Once that is done, you can transfer it.",
    Blocked.BUSY: "A change to it is still being made. Please try again in a moment.",
    Blocked.INVOICED: "It is paid by invoice. Ask {creator} to transfer it.",
    Blocked.UNPRICED: "Its price depends on use. Ask {creator} to transfer it.",
}


def blocked_sentence(reader: Reader, subject: Subject) -> str:
    """Why it can't be transferred now, and what would help; empty when it can."""
    if subject.blocked is None:
        return ""
    if subject.blocked is Blocked.RENEWS_SOON:
        due = subject.next_charge or subject.as_of
        after = max(due, subject.as_of) + RENEWAL_GUARD
        return reader.say(
            "It is about to renew. Try again after {moment}.", moment=reader.moment(after)
        )
    row = subject.row
    return reader.say(
        _BLOCKED[subject.blocked], product=row.product.title, creator=row.company.title
    )


def price_of_terms(reader: Reader, terms: Terms) -> str:
    """`$29.00 per month`, `€120.00 every 3 months`; `$99.00` for what was paid once."""
    amount = reader.money(terms.amount)
    if not terms.interval:
        return amount
    price = every(reader, terms.amount, Interval(terms.interval), terms.interval_count)
    return reader.say("{price} plus tax", price=price) if terms.plus_tax else price


def titled(subject: Subject) -> str:
    """The plan tells memberships of one product apart."""
    return membership_name(subject.row.product.title, subject.row.plan.title)


def dated(reader: Reader, moment: datetime | None) -> str:
    return reader.date(moment) if moment else ""
