"""What stands beside the button that cancels, as plain text: what it is, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal_app.catalog.retention import RetentionDiscount
from portal_app.kit.money import Money
from portal_app.memberships.offers import Offer, OfferKind, discounted
from portal_app.memberships.service import ExitPage, price_of
from portal_app.memberships.views.wording import per_period, price_text
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """What can be taken instead; *key* goes back with the answer, an empty one is none.

    *done* is what is said once it was taken, *href* where it is agreed to instead.
    """

    key: str = ""
    title: str = ""
    lines: list[str] = field(default_factory=list)
    button: str = ""
    done: str = ""
    href: str = ""


def offer_view(reader: Reader, page: ExitPage) -> OfferView:
    offer = page.offer
    if offer is not None and offer.discount is not None:
        percent = offer.discount.percent_off
        return OfferView(
            key=offer.key,
            title=reader.say("Or stay for less"),
            lines=list(_lines(reader, page, offer.discount)),
            button=reader.say("Stay with {percent}% off", percent=percent),
            done=reader.say("Good to have you. You stay with {percent}% off.", percent=percent),
        )
    if offer is not None and offer.plan is not None:
        return _plan_offer(reader, page, offer)
    if offer is not None and offer.kind is OfferKind.PAUSE:
        return OfferView(
            key=offer.key,
            title=reader.say("Or take a break"),
            lines=[reader.say("You can pause it: nothing is charged until it resumes.")],
            button=reader.say("Pause membership"),
            href=f"/billing/manage/{page.held.row.member.id}/pause/",
        )
    return OfferView()


def _plan_offer(reader: Reader, page: ExitPage, offer: Offer) -> OfferView:
    """Nothing is changed before it was agreed to there."""
    plan, held = offer.plan, page.held
    if plan is None:
        return OfferView()
    return OfferView(
        key=offer.key,
        title=reader.say("Or change to a cheaper plan"),
        lines=[
            reader.say(
                "{plan} costs {price} instead of {before}.",
                plan=plan.title or held.row.product.title,
                price=per_period(reader, plan, plan.price * held.row.membership.quantity),
                before=price_text(reader, held),
            )
        ],
        button=reader.say("See plans"),
        href=f"/billing/manage/{held.row.member.id}/plan/",
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
