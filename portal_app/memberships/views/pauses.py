"""The page that pauses a membership and resumes it, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.memberships.pauses import FOR_EVER, PauseChoice, PauseKind
from portal_app.memberships.rules import is_paused, is_resting, pauses_from
from portal_app.memberships.service import (
    HeldMembership,
    PausePage,
    resume_preview,
    resumes_at,
)
from portal_app.memberships.views.first_steps import NO_STEP
from portal_app.memberships.views.next_charge import charged_with
from portal_app.memberships.views.not_pausing import before_pausing, why_not
from portal_app.memberships.views.wording import (
    paused_sentence,
    plan_line,
    price_text,
    renews_as_before,
)
from portal_app.ui.reader import Reader

# OPEN can be paused, PLANNED will be, PAUSED is, NONE can't be.
PauseStep: TypeAlias = Literal["open", "planned", "paused", "none"]
# Whether it is only planned.
_IF_NOT: Final = {
    True: "If you don't pause, it renews on {date} for {price}, as before.",
    False: "If you resume now, it renews on {date} for {price}, as before.",
}
UnpauseLink: TypeAlias = Literal["", "planned", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseOption:
    """A length to choose; *note* says when it is charged again."""

    months: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseView:
    """*first* is the first sentence: until when access lasts, and that nothing is charged.

    *told* is what the customer is told that happens, and goes back with their choice. *undo* says
    that it can be taken back for nothing, *go_on* what is so then and *if_not* what would be; *pay*
    is what resuming costs today, *pay_minor* the same for the way back, charged to *method*.
    *confirm* is what the bank wants to have confirmed first, *way_out* leads to what helps where
    it can't pause. *noted* and *waiting* say what is not settled yet.
    """

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    product: str = ""
    state: PauseStep = "none"
    told: str = ""
    title: str = ""
    plan: str = ""
    first: str = ""
    further: list[str] = field(default_factory=list)
    options: list[PauseOption] = field(default_factory=list)
    begins: str = ""
    resumes: str = ""
    noted: str = ""
    waiting: str = ""
    undo: bool = False
    go_on: str = ""
    if_not: str = ""
    confirm: str = ""
    pay: str = ""
    pay_minor: int = 0
    method: str = ""
    way_out: str = ""
    way_out_label: str = ""


def pause_view(reader: Reader, page: PausePage) -> PauseView:
    held = page.held
    state = state_of(page)
    begins, ends = _dates(page) if state == "planned" else (None, None)
    brand = brand_of(held.row.company.id)
    noted, waiting = _waiting(reader, page, state)
    way_out, label = before_pausing(reader, page) if state == "none" else NO_STEP
    due = page.preview.amount_due if page.preview and may_pay(page, state) else None
    return PauseView(
        member_id=held.row.member.id,
        brand_style=wrapper_style(held.row.company.id),
        brand_links=brand_links(held.row.company.id, held.configuration.support),
        wordmark=brand.wordmark if brand else "",
        product=held.row.product.title,
        state=state,
        told=page.plan.told,
        title=_title(reader, page, state),
        plan=plan_line(reader, held),
        first=_first(reader, page, state),
        further=list(_further(reader, page, state)),
        options=[_option(reader, held, one) for one in page.plan.choices],
        begins=reader.date(begins) if begins else "",
        resumes=reader.date(ends) if ends else "",
        noted=noted,
        waiting=waiting,
        undo=_may_undo(page, state),
        go_on=renews_as_before(reader, held),
        if_not=renews_as_before(reader, held, _IF_NOT[state == "planned"]),
        confirm=_confirm(reader, held) if state == "paused" and not page.waiting else "",
        pay=reader.money(due) if due else "",
        pay_minor=due.minor if due else 0,
        method=charged_with(reader, held),
        way_out=way_out,
        way_out_label=label,
    )


def unpause_link(held: HeldMembership) -> UnpauseLink:
    """Which way leads out of a pause; empty where there is none."""
    facts = held.facts
    if not held.current or not (is_paused(facts) or pauses_from(facts) is not None):
        return ""
    return "paused" if is_resting(facts, held.as_of) else "planned"


def resume_note(reader: Reader, held: HeldMembership, preview: UpcomingCharge | None) -> str:
    """What resuming costs today; empty where it costs nothing, or nobody has said it yet."""
    due = resume_preview(held, preview)
    if due is None or held.on_its_way:
        return ""
    return reader.say("Resuming now costs {amount} today.", amount=reader.money(due.amount_due))


def state_of(page: PausePage) -> PauseStep:
    if _is_noted(page):
        return "planned"
    return unpause_link(page.held) or ("open" if page.plan.is_possible else "none")


def _is_noted(page: PausePage) -> bool:
    """Asked for, while the provider has not heard of it."""
    return page.waiting and page.asked is not None and page.asked.confirmed_at is None


def may_pay(page: PausePage, state: PauseStep) -> bool:
    """Whether resuming costs something, and can be asked for now."""
    stopped = page.held.facts.stripe_status == "paused"
    settled = page.held.on_its_way is None and not asks_bank(page.held)
    return state == "paused" and stopped and not page.waiting and settled


def _may_undo(page: PausePage, state: PauseStep) -> bool:
    collects = state == "paused" and page.held.facts.stripe_status != "paused"
    return (state == "planned" or collects) and not page.waiting


def asks_bank(held: HeldMembership) -> bool:
    """Whether resuming it waits for its customer to confirm it with their bank."""
    return held.resuming and held.last_attempt is not None and held.last_attempt.asks_bank


def _dates(page: PausePage) -> tuple[datetime | None, datetime | None]:
    if _is_noted(page) and page.asked is not None:
        return page.asked.starts_at, page.asked.resumes_at
    return pauses_from(page.held.facts), resumes_at(page.held)


def _title(reader: Reader, page: PausePage, state: PauseStep) -> str:
    product = page.held.row.product.title
    match state:
        case "open":
            return reader.say("Pause {product}?", product=product)
        case "planned":
            return reader.say("{product} will pause", product=product)
        case "paused":
            return reader.say("{product} is paused", product=product)
        case "none" if page.plan.obstacle in FOR_EVER:
            return reader.say("{product} can't be paused", product=product)
        case "none":
            return reader.say("{product} can't be paused now", product=product)


def _first(reader: Reader, page: PausePage, state: PauseStep) -> str:
    if state == "none":
        return why_not(reader, page)
    if state == "paused":
        return paused_sentence(reader, page.held)
    begins, ends = (page.plan.starts_at, None) if state == "open" else _dates(page)
    if begins is None:
        return paused_sentence(reader, page.held)
    text = _UNTIL[_keeps_access(page, state), ends is not None]
    date, until = reader.date(begins), reader.date(ends) if ends else ""
    return reader.say(text, date=date, until=until)


# Whether access is kept, and whether it is known when it resumes.
_UNTIL: Final = {
    (False, True): "You keep access until {date}. Then it pauses, and nothing is charged until"
    " {until}.",
    (False, False): "You keep access until {date}. Then it pauses, and nothing is charged.",
    (True, True): "You keep access. Nothing is charged from {date} until {until}.",
    (True, False): "You keep access. Nothing is charged from {date} on.",
}


def _keeps_access(page: PausePage, state: PauseStep) -> bool:
    """While it is paused."""
    collects = page.held.facts.pause_behavior != ""
    if state == "open":
        collects = page.plan.kind is PauseKind.COLLECTION
    elif _is_noted(page) and page.asked is not None:
        collects = page.asked.kind == PauseKind.COLLECTION
    return collects and page.held.access.while_paused


def _further(reader: Reader, page: PausePage, state: PauseStep) -> Iterator[str]:
    held = page.held
    if state == "open":
        if page.plan.kind is PauseKind.COLLECTION:
            yield reader.say("Billing resumes with the renewal on the date you choose.")
        else:
            yield reader.say("It resumes with a new period, charged on the date you choose.")
        yield reader.say("We remind you seven days before. You can resume earlier at any time.")
    if state == "paused":
        access = reader.say("You keep access.") if held.has_access else ""
        yield access or reader.say("You have no access while it is paused.")
        yield from _unpaid(reader, held)


def _unpaid(reader: Reader, held: HeldMembership) -> Iterator[str]:
    """What became of resuming it."""
    if held.facts.stripe_status != "paused" or held.unpaid is None:
        return
    amount = reader.money(held.unpaid.remaining)
    if held.on_its_way:
        yield reader.say(
            "Your payment of {amount} is under way. It resumes as soon as it has arrived.",
            amount=amount,
        )
    elif asks_bank(held):
        yield reader.say(
            "Your bank wants you to confirm the payment of {amount}. It resumes as soon as you"
            " have; until then nothing is charged.",
            amount=amount,
        )
    else:
        yield reader.say(
            "It was to resume, but the payment of {amount} didn't go through.", amount=amount
        )


def _option(reader: Reader, held: HeldMembership, choice: PauseChoice) -> PauseOption:
    months = choice.months
    return PauseOption(
        months=str(months),
        label=reader.say("1 month") if months == 1 else reader.say("{n} months", n=months),
        note=reader.say(
            "Resumes on {date}, for {price}",
            date=reader.date(choice.resumes_at),
            price=price_text(reader, held),
        ),
    )


def _waiting(reader: Reader, page: PausePage, state: PauseStep) -> tuple[str, str]:
    """What the provider has not heard of, and what that means; empty where there is nothing."""
    if not page.waiting or state in {"open", "none"}:
        return "", ""
    if _is_noted(page):
        return reader.say("Your pause is noted"), reader.say(
            "The payment provider isn't answering right now. Your pause counts from the moment you"
            " sent it and is passed on by itself; you don't have to do anything."
        )
    return reader.say("Your last change is still being made"), reader.say(
        "This page shows it when it is done."
    )


def _confirm(reader: Reader, held: HeldMembership) -> str:
    invoice = held.unpaid
    return reader.money(invoice.remaining) if invoice is not None and asks_bank(held) else ""
