"""One membership's page as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from portal_app.branding.service import BrandLink, brand_links, brand_of, wrapper_style
from portal_app.catalog.configuration import CancelPolicy
from portal_app.invoices.views import InvoiceRow, invoice_row, payment_row
from portal_app.memberships.exits import plan_exit
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    MembershipStatus,
    ends_at,
    is_canceling,
    is_resting,
    renewal_date,
)
from portal_app.memberships.service import (
    HeldMembership,
    MembershipDetails,
    extra_items,
)
from portal_app.memberships.views.alerts import AlertView, alerts_of
from portal_app.memberships.views.history import TimelineRow, timeline_rows
from portal_app.memberships.views.next_charge import (
    NextChargeBlock,
    days_of,
    next_charge_block,
)
from portal_app.memberships.views.pauses import UnpauseLink, resume_note, unpause_link
from portal_app.memberships.views.wording import (
    awaited_sentence,
    badge,
    per_period,
    price_text,
    sentence,
)
from portal_app.payment_methods.views import PaymentMethodView, method_view
from portal_app.ui.reader import Reader, Tone

_UNFOLDED: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    label: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipView:
    """Everything the page shows. The default is an empty page, which is never on screen.

    *charges* says whether a payment method matters: not for what is over, paid once or invoiced.
    *own_change* says that they asked for what is scheduled. *card_expires* says that an alert leads
    to choosing another. *earlier* continues *timeline* with what is folded away. *brand_style* and
    *wordmark* are the company's; empty without a brand. *unpause* is which way leads out of a
    pause, if any, and *resume_note* what that costs today. *confirmation* is the address of the
    document about its transfer to them, if there was one.
    """

    member_id: str = ""
    brand_style: dict[str, str] = field(default_factory=dict)
    wordmark: str = ""
    brand_links: list[BrandLink] = field(default_factory=list)
    title: str = ""
    creator: str = ""
    badge: str = ""
    tone: Tone = "muted"
    sentence: str = ""
    scheduled_change: str = ""
    own_change: bool = False
    charges: bool = False
    payment_method: PaymentMethodView = field(default_factory=PaymentMethodView)
    alerts: list[AlertView] = field(default_factory=list)
    card_expires: bool = False
    next_charge: NextChargeBlock = field(default_factory=NextChargeBlock)
    facts: list[FactRow] = field(default_factory=list)
    invoices: list[InvoiceRow] = field(default_factory=list)
    timeline: list[TimelineRow] = field(default_factory=list)
    earlier: list[TimelineRow] = field(default_factory=list)
    confirmation: str = ""
    can_change_plan: bool = False
    can_cancel: bool = False
    can_undo: bool = False
    can_pause: bool = False
    unpause: UnpauseLink = ""
    resume_note: str = ""
    can_transfer: bool = False
    can_rejoin: bool = False


def membership_view(
    reader: Reader,
    details: MembershipDetails,
    *,
    can_change_plan: bool = False,
    confirmation: str = "",
) -> MembershipView:
    """*can_change_plan* says that there is another plan or quantity to have."""
    held = details.held
    row = held.row
    label, tone = badge(reader, held)
    history = timeline_rows(reader, details.events)
    alerts = alerts_of(reader, [held])
    return MembershipView(
        member_id=row.member.id,
        brand_style=wrapper_style(row.company.id),
        brand_links=brand_links(row.company.id, held.configuration.support),
        wordmark=brand.wordmark if (brand := brand_of(row.company.id)) else "",
        title=row.product.title,
        creator=row.company.title,
        badge=label,
        tone=tone,
        # An alert says the same and more.
        sentence=_unheard(reader, details)
        or ("" if held.status in NEEDS_ATTENTION else sentence(reader, held)),
        scheduled_change=_scheduled_change(reader, details),
        own_change=details.asked is not None,
        charges=held.is_charged,
        payment_method=method_view(reader, row.payment_method, held.as_of),
        alerts=alerts,
        next_charge=next_charge_block(reader, details),
        card_expires=any(one.update_href for one in alerts),
        facts=[FactRow(label=name, value=value) for name, value in _facts(reader, held) if value],
        invoices=[
            *(
                invoice_row(reader, invoice, details.attempts.get(invoice.id, ()), held.as_of)
                for invoice in details.invoices
            ),
            *(payment_row(reader, payment) for payment in details.payments),
        ],
        timeline=history[:_UNFOLDED],
        earlier=history[_UNFOLDED:],
        confirmation=confirmation,
        can_change_plan=can_change_plan or details.asked is not None,
        can_cancel=_can_cancel(details),
        can_pause=held.current and details.pause.is_possible,
        unpause=unpause_link(held),
        resume_note=resume_note(reader, held, details.preview),
        can_undo=details.undoable,
        can_rejoin=details.rejoinable,
        can_transfer=held.current,
    )


def _can_cancel(details: MembershipDetails) -> bool:
    held, word = details.held, details.word
    planned = plan_exit(word.facts(held.facts), CancelPolicy(), held.as_of)
    return held.current and planned.is_possible and not word.cancels


def _unheard(reader: Reader, details: MembershipDetails) -> str:
    """What the provider has not confirmed, or the bank not answered; empty where all is settled."""
    if details.awaited is not None:
        ended = sentence(reader, details.held)
        return f"{ended} {awaited_sentence(reader, details.awaited)}".strip()
    if details.word.keeps:
        return reader.say("You're keeping it. The payment provider hasn't confirmed that yet.")
    ends = details.canceled.ends_at if details.canceled else None
    if ends is None:
        return ""
    return reader.say(
        "Cancelled, ends on {date}. The payment provider hasn't confirmed it yet; you don't have to"
        " do anything.",
        date=reader.date(ends),
    )


def _facts(reader: Reader, held: HeldMembership) -> Iterator[tuple[str, str]]:
    row, membership, facts = held.row, held.row.membership, held.facts
    yield reader.say("Plan"), row.plan.title
    yield reader.say("Price"), price_text(reader, held)
    if membership.quantity != 1:
        yield reader.say("Quantity"), str(membership.quantity)
    for description, amount in extra_items(held):
        yield description or reader.say("Additional item"), reader.money(amount)
    started = reader.say("Started") if facts.recurring else reader.say("Bought")
    yield started, reader.date(facts.started_at)
    yield from _dates(reader, held)
    yield reader.say("Membership ID"), row.member.id


def _dates(reader: Reader, held: HeldMembership) -> Iterator[tuple[str, str]]:
    facts, end, due = held.facts, ends_at(held.facts), renewal_date(held.facts)
    # While it rests, no period runs that anybody has paid for.
    if facts.recurring and held.current and not is_resting(facts, held.as_of):
        days = days_of(reader, facts.current_period_start, facts.current_period_end)
        yield reader.say("Current period"), days
    if end is not None:
        ending = is_canceling(facts) and held.current
        yield reader.say("Ends") if ending else reader.say("Ended"), reader.date(end)
    elif due is not None:
        trial = held.status is MembershipStatus.TRIALING
        yield reader.say("Trial ends") if trial else reader.say("Renews"), reader.date(due)


def _scheduled_change(reader: Reader, details: MembershipDetails) -> str:
    """What Stripe will change by itself, and when; empty when nothing will."""
    membership = details.held.row.membership
    at = membership.changes_at
    switching = details.held.switching
    scheduled = details.held.scheduled
    if scheduled is not None and switching is not None:
        return reader.say(
            "Your plan changes to {plan} once {amount} is paid.",
            plan=scheduled[0].title or scheduled[1].title,
            amount=reader.money(switching.remaining),
        )
    if scheduled is None or at is None or not details.held.current:
        return ""
    plan, product = scheduled
    return reader.say(
        "On {date} your plan changes to {plan}, {price}.",
        date=reader.date(at),
        plan=plan.title or product.title,
        price=per_period(
            reader, plan, plan.price * int(membership.scheduled_change.get("quantity", 1))
        ),
    )
