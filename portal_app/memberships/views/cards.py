"""The orders page: memberships in lists, and the next charge above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import renewal_date
from portal_app.memberships.service import HeldMembership, MembershipList, next_charge_of
from portal_app.memberships.views.alerts import AlertView, alerts_of
from portal_app.memberships.views.next_charge import TITLES, charged_with, note_of
from portal_app.memberships.views.wording import badge, price_text, sentence
from portal_app.payment_methods.views import method_view
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipCard:
    """One membership of the orders page; *paid_with* is empty where nothing will be charged.

    *creator* names the company and the plan.
    """

    member_id: str = ""
    href: str = ""
    title: str = ""
    creator: str = ""
    badge: str = ""
    tone: Tone = "muted"
    sentence: str = ""
    price: str = ""
    paid_with: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextChargeView:
    """The earliest charge to come; *shown* is false when none is.

    *note* says how old the amount is, or that it is an estimate.
    """

    shown: bool = False
    title: str = ""
    amount: str = ""
    date: str = ""
    day: str = ""
    product: str = ""
    paid_with: str = ""
    note: str = ""


def membership_card(reader: Reader, held: HeldMembership) -> MembershipCard:
    row = held.row
    label, tone = badge(reader, held)
    return MembershipCard(
        member_id=row.member.id,
        href=f"/billing/manage/{row.member.id}/",
        title=row.product.title,
        creator=_creator_and_plan(row),
        badge=label,
        tone=tone,
        sentence=sentence(reader, held),
        price=price_text(reader, held),
        paid_with=_paid_with(reader, held),
    )


def _creator_and_plan(row: HoldingRow) -> str:
    """The plan tells memberships of one product apart."""
    return f"{row.company.title} · {row.plan.title}" if row.plan.title else row.company.title


def _paid_with(reader: Reader, held: HeldMembership) -> str:
    """The method of the next charge; nothing where none will come or an invoice is sent instead."""
    automatic = held.row.membership.collection_method == "charge_automatically"
    if renewal_date(held.facts) is None or not automatic:
        return ""
    return method_view(reader, held.row.payment_method).label


def next_charge(
    reader: Reader,
    memberships: Iterable[HeldMembership],
    previews: Mapping[str, UpcomingCharge],
) -> NextChargeView:
    """The earliest regular charge; an overdue one is an alert and not a date to look forward to."""
    coming = [
        (following.at, held, following)
        for held in memberships
        if (following := next_charge_of(held, previews.get(held.row.membership.id)))
        and following.at is not None
    ]
    if not coming:
        return NextChargeView()
    at, held, following = min(coming, key=lambda one: one[0])
    return NextChargeView(
        shown=True,
        title=reader.say(TITLES[following.occasion]),
        amount=reader.money(following.amount),
        date=reader.date(at),
        day=reader.iso_date(at),
        product=following.bought[1].title,
        paid_with=charged_with(reader, held),
        note=note_of(reader, following.preview),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersView:
    """Everything the orders page shows; *has_older* when there are more past ones to ask for."""

    email: str = ""
    alerts: list[AlertView] = field(default_factory=list)
    next_charge: NextChargeView = field(default_factory=NextChargeView)
    current: list[MembershipCard] = field(default_factory=list)
    past: list[MembershipCard] = field(default_factory=list)
    has_older: bool = False


def orders_view(reader: Reader, email: str, memberships: MembershipList) -> OrdersView:
    return OrdersView(
        email=email,
        alerts=alerts_of(reader, memberships.current),
        next_charge=next_charge(reader, memberships.current, memberships.previews),
        current=[membership_card(reader, held) for held in memberships.current],
        past=[membership_card(reader, held) for held in memberships.past],
        has_older=memberships.past_after is not None,
    )


def with_older(
    view: OrdersView, reader: Reader, older: Iterable[HeldMembership], *, has_older: bool
) -> OrdersView:
    """*view* with the next page of past memberships below the ones it shows."""
    cards = [membership_card(reader, held) for held in older]
    return replace(view, past=[*view.past, *cards], has_older=has_older)
