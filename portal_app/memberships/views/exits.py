"""The pages that cancel a membership and take that back, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.memberships.exits import AT_ONCE, ExitKind, Reason, gives_back
from portal_app.memberships.rules import MembershipStatus, pauses_within_period
from portal_app.memberships.service import ExitPage, HeldMembership
from portal_app.memberships.views.offers import OfferView, offer_view
from portal_app.memberships.views.wording import (
    awaited_sentence,
    plan_line,
    price_text,
    renews_as_before,
    sentence,
)
from portal_app.ui.reader import Reader

# OPEN can be cancelled, DONE is, NOTHING never renews.
ExitState: TypeAlias = Literal["open", "done", "nothing"]
_IF_KEPT: Final = "If you keep it, it renews on {date} for {price}, as before."
REASONS: Final = {
    Reason.TOO_EXPENSIVE: "It is too expensive",
    Reason.UNUSED: "I don't use it enough",
    Reason.MISSING_FEATURES: "Something I need is missing",
    Reason.SWITCHING: "I use something else now",
    Reason.TECHNICAL_ISSUES: "It didn't work for me",
    Reason.BAD_EXPERIENCE: "I wasn't happy with it",
    Reason.OTHER: "Another reason",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonOption:
    id: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelView:
    """*first* is the first sentence: until when, and that nothing more is charged.

    *exit* is what the customer is told that happens, and goes back with their answer. *noted* and
    *waiting* say what the provider has not heard of, if anything. *undo* says that it can be taken
    back, *renews* what is so then and *if_kept* what would be, *rejoin* that it can begin again,
    *needs_method* that something to pay with has to be added first.
    """

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    product: str = ""
    state: ExitState = "nothing"
    exit: str = ""
    title: str = ""
    plan: str = ""
    first: str = ""
    further: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    reasons: list[ReasonOption] = field(default_factory=list)
    reference: str = ""
    confirmation: str = ""
    asked: str = ""
    noted: str = ""
    waiting: str = ""
    undo: bool = False
    rejoin: bool = False
    renews: str = ""
    if_kept: str = ""
    needs_method: bool = False
    offer: OfferView = field(default_factory=OfferView)


def cancel_view(reader: Reader, page: ExitPage) -> CancelView:
    held, product = page.held, page.held.row.product.title
    state = _state(page)
    noted = page.cancellation if state == "done" else None
    brand = brand_of(held.row.company.id)
    return CancelView(
        member_id=held.row.member.id,
        brand_style=wrapper_style(held.row.company.id),
        brand_links=brand_links(held.row.company.id, held.configuration.support),
        wordmark=brand.wordmark if brand else "",
        product=product,
        state=state,
        exit=page.exit.kind,
        title=_title(reader, state, product),
        plan=plan_line(reader, held),
        first=_first(reader, page),
        further=list(_further(reader, page, state)),
        lost=list(_lost(reader, page)) if state == "open" else [],
        kept=list(_kept(reader)) if state == "open" else [],
        reasons=_reasons(reader, page),
        offer=offer_view(reader, page) if state == "open" else OfferView(),
        reference=noted.reference if noted else "",
        confirmation=f"/confirmations/{noted.id}.pdf" if noted else "",
        asked=reader.moment(noted.asked_at) if noted else "",
        noted=_noted(reader, page),
        waiting=_waiting(reader, page),
        undo=page.undoable,
        rejoin=page.rejoinable,
        renews=renews_as_before(reader, held),
        if_kept=renews_as_before(reader, held, _IF_KEPT),
        needs_method=held.is_charged and held.row.payment_method is None,
    )


def _reasons(reader: Reader, page: ExitPage) -> list[ReasonOption]:
    """The company's own, in its words, or ours."""
    if page.policy.reasons:
        return [ReasonOption(id=own.id, label=own.label) for own in page.policy.reasons]
    return [ReasonOption(id=one, label=reader.say(text)) for one, text in REASONS.items()]


def _state(page: ExitPage) -> ExitState:
    kind = page.exit.kind
    if kind in {ExitKind.ARRANGED, ExitKind.OVER}:
        return "done"
    if not page.exit.is_possible:
        return "nothing"
    return "done" if page.word.cancels else "open"


def _noted(reader: Reader, page: ExitPage) -> str:
    if page.word.cancels:
        return reader.say("Your cancellation is noted")
    return reader.say("You're keeping it") if page.word.keeps else ""


def _waiting(reader: Reader, page: ExitPage) -> str:
    """Why, and that it counts all the same."""
    if page.word.keeps:
        return reader.say(
            "The payment provider hasn't answered yet. It is passed on by itself; you don't have to"
            " do anything."
        )
    if page.word.queued:
        return reader.say(
            "An earlier change to this membership is still being made. Your cancellation counts"
            " from the moment you sent it and is made right after that; you don't have to do"
            " anything."
        )
    if page.word.cancels:
        return reader.say(
            "The payment provider isn't answering right now. Your cancellation counts from the"
            " moment you sent it and is passed on by itself; you don't have to do anything."
        )
    return ""


def _title(reader: Reader, state: ExitState, product: str) -> str:
    match state:
        case "open":
            return reader.say("Cancel {product}?", product=product)
        case "done":
            return reader.say("{product} is cancelled", product=product)
        case "nothing":
            return product


_FIRST: Final = {
    ExitKind.AT_PERIOD_END: "You keep access until {date}, and nothing more is charged.",
    ExitKind.AT_TRIAL_END: "Your trial goes on until {date}, and you will not be charged.",
    ExitKind.NOW: "It ends right away, and nothing more is charged.",
    ExitKind.UNPAID: "It ends right away, and no further payment is tried.",
    ExitKind.NOTHING_RENEWS: "You paid once and nothing renews, so there is nothing to cancel.",
}


def _first(reader: Reader, page: ExitPage) -> str:
    kind, at = page.exit.kind, page.exit.takes_effect_at
    if kind is ExitKind.ARRANGED:
        return sentence(reader, page.held)
    if kind is ExitKind.OVER and page.awaited is not None:
        return sentence(reader, page.held)
    if kind is ExitKind.OVER:
        return f"{sentence(reader, page.held)} {reader.say('Nothing more is charged.')}"
    return reader.say(_FIRST[kind], date=reader.date(at) if at else "")


def _further(reader: Reader, page: ExitPage, state: ExitState) -> Iterator[str]:
    held, kind = page.held, page.exit.kind
    if state == "done":
        if page.awaited is not None:
            yield awaited_sentence(reader, page.awaited)
        return
    if kind is ExitKind.NOTHING_RENEWS:
        yield sentence(reader, held)
    if kind is ExitKind.UNPAID:
        yield _why_now(reader, held)
    yield from _of_the_invoice(reader, page)
    if kind is ExitKind.NOW and held.facts.stripe_status == "paused":
        yield _of_the_pause(reader, held)


def _of_the_pause(reader: Reader, held: HeldMembership) -> str:
    """What Stripe credits for the rest of a period counts with a next invoice, and none comes."""
    if pauses_within_period(held.facts):
        return reader.say(
            "It was paused before the end of a period. Cancelling gives no money back for the rest"
            " of it."
        )
    return reader.say("It is paused, so no paid time is lost.")


def _of_the_invoice(reader: Reader, page: ExitPage) -> Iterator[str]:
    """What becomes of what is not paid, or not yet."""
    held, kind = page.held, page.exit.kind
    if held.unpaid is None:
        return
    amount = reader.money(held.unpaid.remaining)
    if held.on_its_way and gives_back(kind, page.policy):
        yield reader.say(
            "Your payment of {amount} is on its way and can't be stopped any more. If it arrives,"
            " you get it back automatically.",
            amount=amount,
        )
    elif kind is ExitKind.UNPAID and page.policy.void_unpaid:
        yield reader.say(
            "The unpaid invoice of {amount} is cancelled; you don't owe it.", amount=amount
        )
    elif kind is ExitKind.UNPAID:
        yield reader.say("The unpaid invoice of {amount} is still owed.", amount=amount)
    elif kind is ExitKind.AT_PERIOD_END and held.on_its_way:
        yield reader.say(
            "Your payment of {amount} for this period is under way; it is the last one.",
            amount=amount,
        )


def _why_now(reader: Reader, held: HeldMembership) -> str:
    if held.status is MembershipStatus.DRAFTED:
        return reader.say("Its first payment was never finished.")
    return reader.say("Its last payment didn't go through.")


def _lost(reader: Reader, page: ExitPage) -> Iterator[str]:
    held, at = page.held, page.exit.takes_effect_at
    product = held.row.product.title
    if page.exit.kind in AT_ONCE or at is None:
        yield reader.say("Access to {product}, right away", product=product)
    else:
        yield reader.say("Access to {product} after {date}", product=product, date=reader.date(at))
    yield reader.say(
        "Your price of {price}: joining again may cost more", price=price_text(reader, held)
    )


def _kept(reader: Reader) -> Iterator[str]:
    yield reader.say("Your invoices and receipts, here in your account")
    yield reader.say("Your payment methods, until you remove them")
