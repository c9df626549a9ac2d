"""“Explain this charge” in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from portal_app.invoices.models import Invoice
from portal_app.invoices.rules.explain import Cause, Part
from portal_app.invoices.service import EntryDetails
from portal_app.kit.money import Money
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """What made a difference, and by how much: `+$4.00`."""

    key: str = ""
    text: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationView:
    """*about* says what the charge is, *difference* how it compares, *parts* why."""

    about: str = ""
    difference: str = ""
    parts: list[PartRow] = field(default_factory=list)


_PLAIN: Final = {
    Cause.TRIAL_ENDED: "The free trial is over",
    Cause.PERIOD: "A period of {now} days instead of {before}",
    Cause.PRICE: "The price is {now_money} instead of {before_money}",
    Cause.QUANTITY: "A quantity of {now} instead of {before}",
    Cause.ADDED: "New: {label}",
    Cause.REMOVED: "Not billed this time: {label}",
    Cause.CHANGES_NOW: "Changes during a period that was already billed",
    Cause.CHANGES_BEFORE: "Earlier changes during a period, billed the last time",
    Cause.DISCOUNT_STARTED: "A discount started",
    Cause.DISCOUNT_ENDED: "A discount ended",
    Cause.DISCOUNT_CHANGED: "The discount is {now_money} instead of {before_money}",
    Cause.TAX: "Tax is {now_money} instead of {before_money}",
    Cause.BALANCE_USED: "Your credit was used",
    Cause.BALANCE_USED_BEFORE: "Less of your credit was used than the last time",
    Cause.BALANCE_CHANGED: "Your balance counted differently",
    Cause.OTHER: "Other",
}


def explanation(reader: Reader, details: EntryDetails, title: str) -> ExplanationView:
    invoice, previous = details.entry.invoice, details.previous
    if invoice is None:
        about = reader.say(
            "A single payment for {product}, made without an invoice.", product=title
        )
        return ExplanationView(about=about)
    about = _about(reader, invoice, title, first=previous is None)
    if previous is None:
        return ExplanationView(about=about)
    return ExplanationView(
        about=about,
        difference=_difference(reader, invoice, previous),
        parts=[_part(reader, part, invoice.currency) for part in details.parts],
    )


def _about(reader: Reader, invoice: Invoice, title: str, *, first: bool) -> str:
    """Stripe's billing reasons (docs.stripe.com/api/invoices/object, billing_reason)."""
    if invoice.billing_reason == "subscription_update":
        return reader.say("For a change of {product} during its period.", product=title)
    if invoice.stripe_subscription_id is None:
        return reader.say("A single charge for {product}.", product=title)
    if first:
        return reader.say("The first charge for {product}.", product=title)
    return reader.say("The regular charge for {product}.", product=title)


def _difference(reader: Reader, invoice: Invoice, previous: Invoice) -> str:
    date = reader.date(previous.issued_at)
    difference = Money(invoice.amount_due_minor - previous.amount_due_minor, invoice.currency)
    if not difference:
        return reader.say("The same amount as on {date}.", date=date)
    if difference.minor > 0:
        return reader.say(
            "{amount} more than on {date}:", amount=reader.money(difference), date=date
        )
    return reader.say("{amount} less than on {date}:", amount=reader.money(-difference), date=date)


def _part(reader: Reader, part: Part, currency: str) -> PartRow:
    text = reader.say(
        _PLAIN[part.cause],
        label=part.label,
        before=part.before,
        now=part.now,
        before_money=reader.money(Money(part.before, currency)),
        now_money=reader.money(Money(part.now, currency)),
    )
    return PartRow(
        key=f"{part.cause} {part.label}",
        text=text,
        amount=signed(reader, Money(part.amount, currency)),
    )


def signed(reader: Reader, amount: Money) -> str:
    """With a plus where it adds."""
    return f"+{reader.money(amount)}" if amount.minor > 0 else reader.money(amount)
