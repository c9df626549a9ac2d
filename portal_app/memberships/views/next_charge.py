"""What a membership will be charged next: its lines, and what comes off or on top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.clock import in_business_time
from portal_app.kit.money import Money
from portal_app.memberships.rules import is_canceling
from portal_app.memberships.service import (
    HeldMembership,
    MembershipDetails,
    NextCharge,
    Occasion,
    next_charge_of,
)
from portal_app.memberships.views.history import moment_in
from portal_app.payment_methods.rules import expires_before
from portal_app.payment_methods.views import label_of
from portal_app.ui.reader import Reader

# Of more lines the provider names the first, and its previews can't be paged
# (github.com/stripe/stripe-node/issues/2518).
_LINES_NAMED: Final = 10
TITLES: Final = {
    Occasion.RENEWAL: "Next charge",
    Occasion.AFTER_TRIAL: "First charge after trial",
    Occasion.FINAL: "Final charge",
    Occasion.ON_RESUME: "Charge on resume",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRow:
    """A label and an amount; *note* says what it is for, *strong* that it is the sum."""

    label: str = ""
    note: str = ""
    amount: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextChargeBlock:
    """The block on a membership's page; without a *title* there is none.

    *nothing* stands in place of everything else where nothing will be charged. *method_warning*
    says that the card will not live to see it. *note* says how sure the amounts are.
    """

    title: str = ""
    nothing: str = ""
    date: str = ""
    day: str = ""
    rows: list[AmountRow] = field(default_factory=list)
    method: str = ""
    method_warning: str = ""
    note: str = ""


def next_charge_block(reader: Reader, details: MembershipDetails) -> NextChargeBlock:
    held = details.held
    following = None if details.word.cancels else next_charge_of(held, details.preview)
    if following is not None:
        return _block(reader, held, following)
    ends = details.word.cancels or is_canceling(held.facts)
    if held.facts.recurring and held.current and ends and not held.owes:
        nothing = reader.say("Nothing more will be charged.")
        return NextChargeBlock(title=reader.say("Next charge"), nothing=nothing)
    return NextChargeBlock()


def _block(reader: Reader, held: HeldMembership, following: NextCharge) -> NextChargeBlock:
    at = following.at
    return NextChargeBlock(
        title=reader.say(TITLES[following.occasion]),
        date=reader.date(at) if at else reader.say("When it resumes"),
        day=reader.iso_date(at) if at else "",
        rows=list(_rows(reader, following)),
        method=charged_with(reader, held),
        method_warning=expiry_warning(reader, held, at) if at else "",
        note=note_of(reader, following.preview),
    )


def note_of(reader: Reader, preview: UpcomingCharge | None) -> str:
    if preview is None:
        return reader.say("An estimate, before taxes, discounts and credit.")
    moment = reader.moment(in_business_time(preview.observed_at))
    return reader.say("As of {moment}.", moment=moment)


def charged_with(reader: Reader, held: HeldMembership) -> str:
    """The method that pays; empty where there is none on file."""
    if held.row.membership.collection_method == "send_invoice":
        return reader.say("Invoice")
    return label_of(reader, held.row.payment_method) if held.row.payment_method else ""


def expiry_warning(reader: Reader, held: HeldMembership, at: datetime) -> str:
    """That the card will have expired by *at*; empty when it won't, and where none is charged."""
    method = held.row.payment_method
    automatic = held.row.membership.collection_method == "charge_automatically"
    if method is None or not automatic or not expires_before(method, at):
        return ""
    return reader.say("{method} expires before this", method=label_of(reader, method))


def _rows(reader: Reader, following: NextCharge) -> Iterator[AmountRow]:
    preview = following.preview
    if preview is None:
        plan, product = following.bought
        title = plan.title or product.title
        yield AmountRow(label=title, amount=reader.money(following.amount))
        yield _sum(reader, reader.say("Estimated total"), following.amount)
        return
    resumes = following.occasion is Occasion.ON_RESUME
    for line in preview.lines:
        row = _line(reader, preview, line)
        # It was asked for as if it resumed now: on the day, the same is paid for other days.
        yield replace(row, note="") if resumes else row
    for label, minor in _adjustments(reader, preview):
        yield AmountRow(label=label, amount=reader.money(Money(minor, preview.currency)))
    yield _sum(reader, reader.say("Total"), following.amount)


def _line(reader: Reader, preview: UpcomingCharge, line: Mapping[str, Any]) -> AmountRow:
    return AmountRow(
        label=str(line["description"]),
        note=days_of(reader, moment_in(line, "period_start"), moment_in(line, "period_end")),
        amount=reader.money(Money(int(line["amount_minor"]), preview.currency)),
    )


def days_of(reader: Reader, start: datetime | None, end: datetime | None) -> str:
    """What a line is for; empty where it is for no time."""
    if start is None or end is None or end - start < timedelta(days=1):
        return ""
    return reader.say("{start} to {end}", start=reader.date(start), end=reader.date(end))


def _adjustments(reader: Reader, preview: UpcomingCharge) -> Iterator[tuple[str, int]]:
    """What stands between the lines and the sum; only what there is."""
    further = preview.subtotal_minor - sum(int(one["amount_minor"]) for one in preview.lines)
    if further and len(preview.lines) >= _LINES_NAMED:
        yield reader.say("Further items"), further
    added_tax = preview.total_minor - preview.subtotal_minor + preview.discount_minor
    if len(preview.lines) > 1 and preview.subtotal_minor != preview.amount_due_minor:
        yield reader.say("Subtotal"), preview.subtotal_minor
    if preview.discount_minor:
        yield reader.say("Discount"), -preview.discount_minor
    if added_tax:
        yield reader.say("Tax"), added_tax
    elif preview.tax_minor:
        yield reader.say("Tax, included above"), preview.tax_minor
    yield from _balance(reader, preview)


def _balance(reader: Reader, preview: UpcomingCharge) -> Iterator[tuple[str, int]]:
    if preview.total_minor < 0:
        yield reader.say("Credit kept for later"), -preview.total_minor
    if preview.balance_minor:
        less = preview.balance_minor < 0
        yield (
            reader.say("Your credit") if less else reader.say("Owed from before"),
            preview.balance_minor,
        )


def _sum(reader: Reader, label: str, amount: Money) -> AmountRow:
    return AmountRow(label=label, amount=reader.money(amount), strong=True)
