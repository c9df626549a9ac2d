"""The orders page: memberships in lists, and the next charge above them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import MembershipStatus, renewal_date
from portal_app.memberships.service import HeldMembership, MembershipList
from portal_app.memberships.views.alerts import AlertView, alerts_of
from portal_app.memberships.views.wording import badge, price, price_text, sentence
from portal_app.payment_methods.views import label_of, method_view
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
    """The earliest charge to come; *shown* is false when none is."""

    shown: bool = False
    amount: str = ""
    date: str = ""
    day: str = ""
    product: str = ""
    after_trial: bool = False
    paid_with: str = ""


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


def next_charge(reader: Reader, memberships: Iterable[HeldMembership]) -> NextChargeView:
    """The earliest regular charge; an overdue one is an alert and not a date to look forward to."""
    coming = [
        (due, held)
        for held in memberships
        if held.status is not MembershipStatus.PAST_DUE
        and (due := renewal_date(held.facts)) is not None
    ]
    if not coming:
        return NextChargeView()
    due, held = min(coming, key=lambda pair: pair[0])
    method = held.row.payment_method
    return NextChargeView(
        shown=True,
        amount=reader.money(price(held)),
        date=reader.date(due),
        day=due.date().isoformat(),
        product=held.row.product.title,
        after_trial=held.status is MembershipStatus.TRIALING,
        paid_with=label_of(reader, method) if method and _paid_with(reader, held) else "",
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
        next_charge=next_charge(reader, memberships.current),
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
