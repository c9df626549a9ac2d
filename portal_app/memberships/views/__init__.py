"""Memberships as people read them: frozen values of plain text, made in the actor's language."""

from portal_app.memberships.views.alerts import AlertView, alerts_of
from portal_app.memberships.views.cards import (
    MembershipCard,
    NextChargeView,
    OrdersView,
    membership_card,
    next_charge,
    orders_view,
    with_older,
)
from portal_app.memberships.views.detail import FactRow, MembershipView, membership_view
from portal_app.memberships.views.history import TimelineRow, timeline_rows

__all__ = [
    "AlertView",
    "FactRow",
    "MembershipCard",
    "MembershipView",
    "NextChargeView",
    "OrdersView",
    "TimelineRow",
    "alerts_of",
    "membership_card",
    "membership_view",
    "next_charge",
    "orders_view",
    "timeline_rows",
    "with_older",
]
