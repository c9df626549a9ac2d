"""What needs the customer's attention, said in one go: what happened, what it means, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal_app.memberships.rules import (
    MembershipStatus,
    access_while_past_due_until,
    renewal_date,
)
from portal_app.memberships.service import HeldMembership
from portal_app.memberships.views.wording import could_not_charge, next_try
from portal_app.payment_methods.rules import expires_before
from portal_app.payment_methods.views import decline_sentence, label_of, month_of
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """*href* leads to the membership's page; *product* completes its accessible name.

    *update_href* is where another payment method is chosen, empty where that is not what helps.
    *pay_href* leads to where it can be paid, empty where it can't; *pay* is `fix` for a charge that
    failed, `finish` for a first one, `invoice` for what is paid by the customer's own doing.
    """

    key: str = ""
    tone: Tone = "warn"
    title: str = ""
    text: str = ""
    href: str = ""
    update_href: str = ""
    product: str = ""
    pay: str = ""
    pay_href: str = ""


def alerts_of(reader: Reader, memberships: Iterable[HeldMembership]) -> list[AlertView]:
    """Alerts in the order of the memberships, failed payments before expiring cards."""
    found = [alert for held in memberships if (alert := _alert(reader, held)) is not None]
    return sorted(found, key=lambda alert: alert.tone != "danger")


def _alert(reader: Reader, held: HeldMembership) -> AlertView | None:
    match held.status:
        case MembershipStatus.PAST_DUE:
            return _past_due(reader, held)
        case MembershipStatus.UNRESOLVED:
            return _unresolved(reader, held)
        case MembershipStatus.DRAFTED:
            return _drafted(reader, held)
        case _:
            return _expiring_card(reader, held)


def _view(held: HeldMembership, tone: Tone, title: str, *sentences: str) -> AlertView:
    row = held.row
    return AlertView(
        key=row.member.id,
        tone=tone,
        title=title,
        text=" ".join(sentence for sentence in sentences if sentence),
        href=f"/billing/manage/{row.member.id}/",
        product=held.title,
        pay=_way_to_pay(held) if held.owes else "",
        pay_href=pay_href(row.member.id) if held.owes else "",
    )


def pay_href(member_id: str) -> str:
    return f"/billing/manage/{member_id}/pay/"


def _way_to_pay(held: HeldMembership) -> str:
    if held.row.membership.collection_method == "send_invoice":
        return "invoice"
    return "finish" if held.status is MembershipStatus.DRAFTED else "fix"


def _overdue_title(reader: Reader, held: HeldMembership) -> str:
    product = held.title
    if held.row.membership.collection_method == "send_invoice":
        return reader.say("The invoice for {product} is overdue", product=product)
    if held.unpaid is None:
        return reader.say("Payment for {product} failed", product=product)
    amount = reader.money(held.unpaid.remaining)
    return reader.say("Payment of {amount} for {product} failed", amount=amount, product=product)


def _past_due(reader: Reader, held: HeldMembership) -> AlertView:
    return _view(
        held,
        "danger",
        _overdue_title(reader, held),
        could_not_charge(reader, held),
        why_not(reader, held),
        next_try(reader, held),
        _who_helps(reader, held),
        access_meanwhile(reader, held),
    )


def why_not(reader: Reader, held: HeldMembership) -> str:
    """Why the last charge failed; empty where none was tried."""
    tried = held.last_attempt
    if tried is None or held.row.membership.collection_method == "send_invoice":
        return ""
    return decline_sentence(reader, tried.failure_code)


def _who_helps(reader: Reader, held: HeldMembership) -> str:
    """For what can't be paid here."""
    if held.owes:
        return ""
    return reader.say("{company} can help you to pay.", company=held.row.company.title)


def access_meanwhile(reader: Reader, held: HeldMembership) -> str:
    if not held.has_access:
        return reader.say("Your access has stopped until it is paid.")
    until = access_while_past_due_until(held.facts, held.access)
    if until is not None:
        return reader.say("Your access continues until {date}.", date=reader.date(until))
    return reader.say("Your access continues for now.")


def _unresolved(reader: Reader, held: HeldMembership) -> AlertView:
    return _view(
        held,
        "danger",
        reader.say("{product} was not paid", product=held.title),
        reader.say("No more charges will be tried, and your access has stopped."),
        _who_helps(reader, held),
    )


def _drafted(reader: Reader, held: HeldMembership) -> AlertView:
    return _view(
        held,
        "warn",
        reader.say("The first payment for {product} is not finished", product=held.title),
        reader.say("It starts once the payment is confirmed."),
        _who_helps(reader, held),
    )


def _expiring_card(reader: Reader, held: HeldMembership) -> AlertView | None:
    method, due = held.row.payment_method, renewal_date(held.facts)
    charges = held.row.membership.collection_method == "charge_automatically"
    if method is None or due is None or not charges or not expires_before(method, due):
        return None
    facts = {
        "product": held.title,
        "date": reader.date(due),
        "month": month_of(method),
    }
    label = label_of(reader, method)
    if expires_before(method, held.as_of):
        title = reader.say("{method} has expired", method=label)
        text = reader.say("{product} renews on {date}; the card was valid until {month}.", **facts)
    else:
        title = reader.say("{method} expires before the next charge", method=label)
        text = reader.say("{product} renews on {date}; the card is valid until {month}.", **facts)
    view = _view(held, "warn", title, text)
    return replace(view, update_href=f"{view.href}payment-method/")
