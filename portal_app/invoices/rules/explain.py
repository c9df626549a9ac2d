"""“Explain this charge”: why an invoice asks for more or less than the one before it.

A charge is the sum of its lines, less discounts, plus taxes, plus what the customer's balance adds.
Each part compares one of these between two bills, so that the parts always sum to the difference;
what a bill's own figures leave over is OTHER, and nothing hides in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from portal_app.invoices.models import Invoice, InvoiceLine


class Cause(StrEnum):
    """What made the difference."""

    TRIAL_ENDED = "trial_ended"
    PERIOD = "period"
    PRICE = "price"
    QUANTITY = "quantity"
    ADDED = "added"
    REMOVED = "removed"
    CHANGES_NOW = "changes_now"
    CHANGES_BEFORE = "changes_before"
    DISCOUNT_STARTED = "discount_started"
    DISCOUNT_ENDED = "discount_ended"
    DISCOUNT_CHANGED = "discount_changed"
    TAX = "tax"
    BALANCE_USED = "balance_used"
    BALANCE_USED_BEFORE = "balance_used_before"
    BALANCE_CHANGED = "balance_changed"
    OTHER = "other"


# Months have 28 to 31 days; what differs by more is another length of period.
_SAME_PERIOD: Final = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One regular line: *item* is the price it was billed by, *days* the length of its period."""

    item: str
    label: str
    quantity: int
    amount: int
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice as far as it matters here, in minor units.

    *mid_period* is the sum of prorations; *balance* is negative where credit was used.
    """

    charges: tuple[Charge, ...]
    mid_period: int
    discount: int
    tax: int
    balance: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """*amount* is what it adds to the difference; *before* and *now* are for the words."""

    cause: Cause
    amount: int
    label: str = ""
    before: int = 0
    now: int = 0


def bill_of(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Bill:
    lines = tuple(lines)
    return Bill(
        charges=tuple(_charge(line) for line in lines if not line.proration),
        mid_period=sum(line.amount_minor for line in lines if line.proration),
        discount=sum(line.discount_minor for line in lines),
        tax=sum(line.tax_minor for line in lines),
        balance=invoice.balance_applied_minor,
        due=invoice.amount_due_minor,
    )


def _charge(line: InvoiceLine) -> Charge:
    return Charge(
        item=line.stripe_price_id or line.description,
        label=line.description,
        quantity=line.quantity,
        amount=line.amount_minor,
        days=_days(line.period_start, line.period_end),
    )


def _days(start: datetime | None, end: datetime | None) -> float:
    return (end - start).total_seconds() / 86400 if start and end else 0.0


def explain(before: Bill, now: Bill) -> tuple[Part, ...]:
    """Parts that sum to `now.due - before.due`, to the minor unit; none of them is zero."""
    parts = [
        *_of_charges(before.charges, now.charges),
        Part(cause=Cause.CHANGES_BEFORE, amount=-before.mid_period),
        Part(cause=Cause.CHANGES_NOW, amount=now.mid_period),
        _of_discount(before.discount, now.discount),
        Part(cause=Cause.TAX, amount=now.tax - before.tax, before=before.tax, now=now.tax),
        _of_balance(before.balance, now.balance),
    ]
    rest = (now.due - before.due) - sum(part.amount for part in parts)
    parts.append(Part(cause=Cause.OTHER, amount=rest))
    return tuple(part for part in parts if part.amount)


def _of_charges(before: Sequence[Charge], now: Sequence[Charge]) -> Iterator[Part]:
    """What is billed by one price is compared; what has no fellow came, went or took its place."""
    old, new = _by_item(before), _by_item(now)
    for item in [item for item in new if item in old]:
        yield from _compared(old.pop(item), new.pop(item))
    gone, come = list(old.values()), list(new.values())
    if len(gone) == len(come) == 1:
        yield from _compared(gone[0], come[0])
        return
    for charge in gone:
        yield Part(cause=Cause.REMOVED, amount=-charge.amount, label=charge.label)
    for charge in come:
        yield Part(cause=Cause.ADDED, amount=charge.amount, label=charge.label)


def _by_item(charges: Iterable[Charge]) -> dict[str, Charge]:
    """Lines of one price as one: Stripe writes a line for each tier."""
    grouped: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in charges:
        grouped[charge.item].append(charge)
    return {item: _together(lines) for item, lines in grouped.items()}


def _together(lines: Sequence[Charge]) -> Charge:
    sums: Counter[str] = Counter()
    for line in lines:
        sums.update(quantity=line.quantity, amount=line.amount)
    first = lines[0]
    return Charge(
        item=first.item,
        label=first.label,
        quantity=sums["quantity"],
        amount=sums["amount"],
        days=max(line.days for line in lines),
    )


def _compared(before: Charge, now: Charge) -> Iterator[Part]:
    difference = now.amount - before.amount
    if not before.amount and before.item == now.item:
        yield Part(cause=Cause.TRIAL_ENDED, amount=difference)
        return
    if _other_length(before.days, now.days):
        yield Part(
            cause=Cause.PERIOD,
            amount=difference,
            before=round(before.days),
            now=round(now.days),
        )
        return
    at_old_price = _at_old_price(before, now.quantity)
    yield Part(
        cause=Cause.QUANTITY,
        amount=at_old_price - before.amount,
        before=before.quantity,
        now=now.quantity,
    )
    yield Part(
        cause=Cause.PRICE, amount=now.amount - at_old_price, before=at_old_price, now=now.amount
    )


def _at_old_price(before: Charge, quantity: int) -> int:
    """What this many would have cost before; tiers may leave a fraction, which is the price's."""
    if before.quantity in {0, quantity}:
        return before.amount
    return before.amount * quantity // before.quantity


def _other_length(before: float, now: float) -> bool:
    if not (before > 0 and now > 0):
        return False
    return max(before, now) / min(before, now) > _SAME_PERIOD


def _of_discount(before: int, now: int) -> Part:
    cause = Cause.DISCOUNT_CHANGED
    if not before:
        cause = Cause.DISCOUNT_STARTED
    elif not now:
        cause = Cause.DISCOUNT_ENDED
    return Part(cause=cause, amount=before - now, before=before, now=now)


def _of_balance(before: int, now: int) -> Part:
    cause = Cause.BALANCE_CHANGED
    if now < 0 <= before:
        cause = Cause.BALANCE_USED
    elif before < 0 <= now:
        cause = Cause.BALANCE_USED_BEFORE
    return Part(cause=cause, amount=now - before, before=before, now=now)
