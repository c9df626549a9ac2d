"""What the sender reads: what would move, what stays, and how far an offer has got."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.catalog.configuration import TransferMode
from portal_app.memberships.rules import ends_at
from portal_app.memberships.views.first_steps import (
    NO_STEP,
    FirstStep,
    to_keep,
    to_pay,
    to_resume,
)
from portal_app.memberships.views.wording import plan_line, price_text
from portal_app.settings import get_settings
from portal_app.transfers.links import path_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import OPEN, STOPPABLE, Blocked
from portal_app.transfers.service import SenderPage, shown_to_sender
from portal_app.transfers.views.wording import blocked_sentence, dated
from portal_app.ui.reader import Reader

# FORM can be offered, BLOCKED not now, OFFERED is on its way.
SenderState: TypeAlias = Literal["form", "blocked", "offered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of an offer's way; *when* is empty while it has not come."""

    label: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """*shown* goes back with the sender's answer: nothing is offered that they did not read.

    *last* is what became of an earlier offer. *link* is the recipient's, of no use to others.
    *way_out* leads to what helps where it is blocked.
    """

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    brand_links: list[BrandLink] = field(default_factory=list)
    wordmark: str = ""
    product: str = ""
    title: str = ""
    plan: str = ""
    state: SenderState = "blocked"
    lead: str = ""
    moves: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    asks_seller: str = ""
    shown: str = ""
    blocked: str = ""
    way_out: str = ""
    way_out_label: str = ""
    last: str = ""
    stages: list[Stage] = field(default_factory=list)
    recipient: str = ""
    until: str = ""
    link: str = ""
    waits: str = ""
    can_withdraw: bool = False


def transfer_view(reader: Reader, page: SenderPage) -> TransferView:
    held, subject, transfer = page.held, page.subject, page.transfer
    brand = brand_of(held.row.company.id)
    state = _state(page)
    offered = transfer if state == "offered" else None
    way_out, label = _before(reader, page) if state == "blocked" else NO_STEP
    return TransferView(
        member_id=held.row.member.id,
        brand_style=wrapper_style(held.row.company.id),
        brand_links=brand_links(held.row.company.id, held.configuration.support),
        wordmark=brand.wordmark if brand else "",
        product=held.row.product.title,
        title=reader.say("Transfer {product}", product=held.row.product.title),
        plan=plan_line(reader, held),
        state=state,
        lead=_lead(reader, page) if state == "form" else "",
        moves=list(_moves(reader, page)),
        stays=list(_stays(reader)),
        asks_seller=_asks_seller(reader, page),
        shown=shown_to_sender(subject),
        blocked=blocked_sentence(reader, subject) if state == "blocked" else "",
        way_out=way_out,
        way_out_label=label,
        last=_last(reader, page, transfer) if transfer and not offered else "",
        stages=list(_stages(reader, offered)) if offered else [],
        recipient=offered.recipient_address if offered else "",
        until=reader.moment(offered.expires_at) if offered else "",
        link=_link(offered) if offered else "",
        waits=_waits(reader, page, offered) if offered else "",
        can_withdraw=offered is not None and offered.state in STOPPABLE,
    )


def _state(page: SenderPage) -> SenderState:
    transfer, now = page.transfer, page.subject.as_of
    if transfer is not None and transfer.state in OPEN:
        over = transfer.state in STOPPABLE and transfer.expires_at <= now
        return "form" if over and page.subject.blocked is None else "offered"
    return "form" if page.subject.blocked is None else "blocked"


def _before(reader: Reader, page: SenderPage) -> FirstStep:
    """What `blocked_sentence` names as what helps."""
    match page.subject.blocked:
        case Blocked.UNPAID | Blocked.INVOICE_OPEN:
            return to_pay(reader, page.held)
        case Blocked.CANCELING:
            return to_keep(reader, page.held)
        case Blocked.PAUSED:
            return to_resume(reader, page.held)
        case _:
            return NO_STEP


def _lead(reader: Reader, page: SenderPage) -> str:
    due = page.subject.next_charge
    if due is None:
        return reader.say("Give it to somebody else. You lose access when they accept.")
    return reader.say(
        "Give it to somebody else. You lose access when they accept and are never charged for it"
        " again; from {date} they pay for it.",
        date=reader.date(due),
    )


def _moves(reader: Reader, page: SenderPage) -> Iterator[str]:
    product, due = page.held.row.product.title, page.subject.next_charge
    yield reader.say("Access to {product}", product=product)
    if due is not None:
        yield reader.say(
            "The free trial, until {date}"
            if page.subject.in_trial
            else "The time that is paid for, until {date}",
            date=reader.date(due),
        )
        yield reader.say("The price of {price}", price=price_text(reader, page.held))
        yield reader.say("Discounts that last for ever; others end")
    if page.held.row.membership.license_key:
        yield reader.say("A new licence key; yours stops working")


def _stays(reader: Reader) -> Iterator[str]:
    yield reader.say("Your invoices and receipts")
    yield reader.say("Your payment methods and billing details")


def _asks_seller(reader: Reader, page: SenderPage) -> str:
    if page.subject.mode is not TransferMode.APPROVAL:
        return ""
    creator = page.held.row.company.title
    return reader.say("{creator} has to agree before the offer is sent.", creator=creator)


def _waits(reader: Reader, page: SenderPage, transfer: Transfer) -> str:
    """Why it has not been sent yet, or can't be accepted now."""
    if transfer.state is not TransferState.REQUESTED:
        return _on_hold(reader, page, transfer) if transfer.state in STOPPABLE else ""
    if transfer.needs_approval:
        creator = page.held.row.company.title
        return reader.say("Waiting for {creator} to agree. It is sent then.", creator=creator)
    until = transfer.held_until
    return reader.say(
        "How you sign in has changed lately. For your safety, your offer is sent on {moment}.",
        moment=reader.moment(until) if until else "",
    )


def _on_hold(reader: Reader, page: SenderPage, transfer: Transfer) -> str:
    blocked = page.subject.blocked
    # What the company's program has offered needs no policy.
    if blocked is None or (blocked is Blocked.OFF and transfer.source == "api"):
        return ""
    why = blocked_sentence(reader, page.subject)
    return reader.say("Right now it can't be accepted. {why}", why=why)


def _link(transfer: Transfer) -> str:
    """Before it is sent there is nothing to copy."""
    if transfer.offered_at is None:
        return ""
    return f"{get_settings().origin}{path_of(transfer.id)}"


def _stages(reader: Reader, transfer: Transfer) -> Iterator[Stage]:
    steps = (
        ("Offered", transfer.offered_at),
        ("Opened", transfer.opened_at),
        ("Accepted", transfer.accepted_at),
        ("Done", None),
    )
    for label, moment in steps:
        yield Stage(label=reader.say(label), when=reader.moment(moment) if moment else "")


_LAST: Final = {
    TransferState.DECLINED: "The last offer, to {address}, was declined.",
    TransferState.WITHDRAWN: "The last offer, to {address}, was withdrawn.",
    TransferState.EXPIRED: "The last offer, to {address}, has expired.",
    TransferState.REFUSED: "The seller did not agree to the last offer, to {address}.",
    TransferState.FAILED: "The last transfer, to {address}, could not be completed. Everything is"
    " as it was before.",
}


# It was told to end before the transfer failed, and ended before that could be taken back.
_REFUSED_WITH_REASON: Final = (
    "The seller did not agree to the last offer, to {address}. They say: “{reason}”"
)
# What was arranged for it could not be taken back: `service/ending.py` tries on.
_FAILED_AND_ENDING: Final = (
    "The last transfer, to {address}, could not be completed. The membership is yours, but set to"
    " end on {date}. To keep it, choose “Keep my membership” on its page."
)
_FAILED_AND_OVER: Final = (
    "The last transfer, to {address}, could not be completed. The membership has ended meanwhile."
)


def _last(reader: Reader, page: SenderPage, transfer: Transfer) -> str:
    address = transfer.recipient_address or reader.say("whoever has the link")
    said, ends = _LAST.get(transfer.state), ends_at(page.subject.facts)
    if transfer.state is TransferState.FAILED and page.subject.facts.ended_at is not None:
        said = _FAILED_AND_OVER
    elif transfer.state is TransferState.FAILED and ends is not None:
        said = _FAILED_AND_ENDING
    elif transfer.state is TransferState.REFUSED and transfer.reason:
        said = _REFUSED_WITH_REASON
    if not said:
        return ""
    date = dated(reader, ends)
    return reader.say(said, address=address, date=date, reason=transfer.reason)
