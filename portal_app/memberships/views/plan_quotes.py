"""What a change of plan comes to, as plain text: gains, losses, lines and the sum on the button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from portal_app.catalog.models import Plan, Product
from portal_app.kit.money import Money
from portal_app.memberships.plans import ChangeTiming, is_sibling, length_of
from portal_app.memberships.service import PlanPage, PromotionQuote, Quote
from portal_app.memberships.views.next_charge import AmountRow, days_of
from portal_app.memberships.views.plans import about_a_month, plan_name
from portal_app.memberships.views.wording import per_period, price_text
from portal_app.payment_methods.views import label_of
from portal_app.provider.answers import CouponFacts
from portal_app.provider.facts import InvoiceFacts, InvoiceLineFacts
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuoteView:
    """*button* carries the sum; *then* is what comes after, *note* how long all this holds."""

    title: str = ""
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    heading: str = ""
    rows: list[AmountRow] = field(default_factory=list)
    then: str = ""
    method: str = ""
    note: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionView:
    """What a code *gives*, and what the next charge becomes with it."""

    code: str = ""
    gives: str = ""
    next_charge: str = ""


def plan_quote_view(reader: Reader, page: PlanPage, quote: Quote) -> PlanQuoteView:
    plan, product = _target(page, quote)
    method = page.held.row.payment_method
    same = plan.id == page.held.row.plan.id
    return PlanQuoteView(
        title=reader.say("Change the quantity?")
        if same
        else reader.say("Change to {plan}?", plan=plan_name(plan, product)),
        gained=list(_gained(reader, page, quote)),
        lost=list(_lost(reader, page, quote)),
        heading=reader.say("Today")
        if quote.timing is ChangeTiming.NOW
        else reader.say("The first charge, on {date}", date=reader.date(quote.renews_at)),
        rows=list(_rows(reader, page, quote)),
        then=_then(reader, plan, quote),
        method=label_of(reader, method) if method else "",
        note=_note(reader, quote),
        button=_button(reader, quote),
    )


def _note(reader: Reader, quote: Quote) -> str:
    if quote.is_exact:
        return reader.say("These amounts hold for 15 minutes.")
    return reader.say("As things stand today: a discount that has ended by then counts no more.")


def _target(page: PlanPage, quote: Quote) -> tuple[Plan, Product]:
    own = (page.held.row.plan, page.held.row.product)
    return next((one for one in page.targets if one[0].id == quote.plan_id), own)


def _gained(reader: Reader, page: PlanPage, quote: Quote) -> Iterator[str]:
    row = page.held.row
    plan, product = _target(page, quote)
    date, at_renewal = reader.date(quote.begins_at), quote.timing is ChangeTiming.AT_RENEWAL
    if plan.id != row.plan.id:
        name = plan_name(plan, product)
        yield (
            reader.say("{plan} from {date} on", plan=name, date=date)
            if at_renewal
            else (reader.say("{plan} right away", plan=name))
        )
    if not is_sibling(plan, row.plan) and product.description:
        yield product.description
    if quote.quantity != quote.from_quantity:
        yield reader.say(
            "{count} instead of {before}", count=quote.quantity, before=quote.from_quantity
        )
    yield _price(reader, plan, quote.quantity, row.plan)


def _price(reader: Reader, plan: Plan, quantity: int, current: Plan) -> str:
    price = per_period(reader, plan, plan.price * quantity)
    if length_of(plan) == length_of(current):
        return price
    return f"{price}, {about_a_month(reader, plan, quantity)}"


def _lost(reader: Reader, page: PlanPage, quote: Quote) -> Iterator[str]:
    row = page.held.row
    plan, _ = _target(page, quote)
    name, price = plan_name(row.plan, row.product), price_text(reader, page.held)
    if plan.id != row.plan.id:
        if quote.timing is ChangeTiming.AT_RENEWAL:
            yield reader.say("{plan} after {date}", plan=name, date=reader.date(quote.begins_at))
        else:
            yield reader.say("{plan}, right away", plan=name)
    if row.plan.active:
        yield reader.say("Your price of {price}", price=price)
    else:
        yield reader.say("Your price of {price}, which is not sold any more", price=price)


def _rows(reader: Reader, page: PlanPage, quote: Quote) -> Iterator[AmountRow]:
    preview = quote.preview
    for line in preview.lines:
        yield AmountRow(
            label=_line(reader, page, quote, line),
            note=days_of(reader, line.period_start, line.period_end),
            amount=reader.money(line.amount),
        )
    for label, amount in _adjustments(reader, preview):
        yield AmountRow(label=label, amount=reader.money(amount))
    at_once = quote.timing is ChangeTiming.NOW
    label = reader.say("Due today") if at_once else reader.say("Total")
    yield AmountRow(label=label, amount=reader.money(preview.amount_due), strong=True)


def _line(reader: Reader, page: PlanPage, quote: Quote, line: InvoiceLineFacts) -> str:
    """In our words where it is about one of the two plans, else in the provider's."""
    row = page.held.row
    plan, product = _target(page, quote)
    ours = {
        row.plan.stripe_price_id: plan_name(row.plan, row.product),
        plan.stripe_price_id: plan_name(plan, product),
    }
    name = ours.get(line.price_id or "")
    if name is None:
        return line.description
    counted = f"{line.quantity} × {name}" if line.quantity > 1 else name
    if line.amount.minor < 0:
        return reader.say("Credit for {plan}", plan=counted)
    return counted


def _adjustments(reader: Reader, preview: InvoiceFacts) -> Iterator[tuple[str, Money]]:
    """What stands between the lines and the sum; only what there is."""
    added = preview.total - preview.subtotal + preview.discount
    if preview.discount:
        yield reader.say("Discount"), -preview.discount
    if added:
        yield reader.say("Tax"), added
    elif preview.tax:
        yield reader.say("Tax, included above"), preview.tax
    if preview.total.minor < 0:
        yield reader.say("Credit kept for later"), -preview.total
    if preview.balance_applied:
        less = preview.balance_applied.minor < 0
        label = reader.say("Your credit") if less else reader.say("Owed from before")
        yield label, preview.balance_applied


def _then(reader: Reader, plan: Plan, quote: Quote) -> str:
    date = reader.date(quote.renews_at)
    price = per_period(reader, plan, plan.price * quote.quantity)
    if quote.timing is ChangeTiming.NOW:
        return reader.say("Then {price}, next on {date}.", price=price, date=date)
    return reader.say("Nothing is charged today. From {date} on {price}.", price=price, date=date)


def _button(reader: Reader, quote: Quote) -> str:
    if quote.timing is ChangeTiming.AT_RENEWAL:
        return reader.say("Change plan on {date}", date=reader.date(quote.begins_at))
    if not quote.due:
        return reader.say("Change plan, nothing to pay today")
    return reader.say("Change plan and pay {amount} today", amount=reader.money(quote.due))


def promotion_view(reader: Reader, quote: PromotionQuote) -> PromotionView:
    at = quote.charge_at
    return PromotionView(
        code=quote.promotion.code,
        gives=coupon_text(reader, quote.promotion.coupon),
        next_charge=reader.say(
            "Your next charge, on {date}, is {amount} instead of {before}.",
            date=reader.date(at),
            amount=reader.money(quote.preview.amount_due),
            before=reader.money(quote.without.amount_due),
        )
        if at
        else "",
    )


_LASTS: Final = {
    "once": "{off} off your next charge",
    "forever": "{off} off every charge",
}


def coupon_text(reader: Reader, coupon: CouponFacts) -> str:
    """`20% off every charge`, `$5.00 off for 3 months`."""
    if coupon.amount_off is not None:
        off = reader.money(coupon.amount_off)
    else:
        off = reader.percent(coupon.percent_off or Decimal(0))
    if coupon.months is not None:
        return reader.say("{off} off for {count} months", off=off, count=coupon.months)
    return reader.say(_LASTS.get(coupon.duration, "{off} off"), off=off)
