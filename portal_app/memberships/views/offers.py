"""What stands beside the button that cancels, as plain text: what it is, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal_app.catalog.retention import RetentionDiscount
from portal_app.kit.money import Money
from portal_app.memberships.offers import discounted
from portal_app.memberships.service import ExitPage, price_of
from portal_app.memberships.views.wording import per_period
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """What can be taken instead; *key* goes back with the answer, an empty one is none.

    *done* is what is said once it was taken.
    """

    key: str = ""
    title: str = ""
    lines: list[str] = field(default_factory=list)
    button: str = ""
    done: str = ""


def offer_view(reader: Reader, page: ExitPage) -> OfferView:
    offer = page.offer
    if offer is None or offer.discount is None:
        return OfferView()
    percent = offer.discount.percent_off
    return OfferView(
        key=offer.key,
        title=reader.say("Or stay for less"),
        lines=list(_lines(reader, page, offer.discount)),
        button=reader.say("Stay with {percent}% off", percent=percent),
        done=reader.say("Good to have you. You stay with {percent}% off.", percent=percent),
    )


def _lines(reader: Reader, page: ExitPage, discount: RetentionDiscount) -> Iterator[str]:
    yield terms(reader, discount)
    held = page.held
    if not held.row.membership.extra_items:
        before = price_of(held)
        after = Money(discounted(before.minor, discount.percent_off), before.currency)
        yield reader.say(
            "That is {price} instead of {before}.",
            price=per_period(reader, held.row.plan, after),
            before=reader.money(before),
        )


def terms(reader: Reader, discount: RetentionDiscount) -> str:
    """What is taken off, and for how long."""
    percent, months = discount.percent_off, discount.months
    match months:
        case None:
            return reader.say("{percent}% off from the next payment on.", percent=percent)
        case 0:
            return reader.say("{percent}% off the next payment.", percent=percent)
        case 1:
            return reader.say("{percent}% off what is charged in the next month.", percent=percent)
        case _:
            return reader.say(
                "{percent}% off what is charged in the next {count} months.",
                percent=percent,
                count=months,
            )
