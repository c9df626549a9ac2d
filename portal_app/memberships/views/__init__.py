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
from portal_app.memberships.views.charged_to import ChargedToView, MethodOption, charged_to_view
from portal_app.memberships.views.detail import FactRow, MembershipView, membership_view
from portal_app.memberships.views.exits import CancelView, ReasonOption, cancel_view
from portal_app.memberships.views.history import TimelineRow, timeline_rows
from portal_app.memberships.views.next_charge import AmountRow, NextChargeBlock
from portal_app.memberships.views.offers import OfferView
from portal_app.memberships.views.overdue import OverdueView, overdue_view
from portal_app.memberships.views.pauses import PauseOption, PauseView, pause_view
from portal_app.memberships.views.paying import PayMethod, PayView, not_paid, pay_view
from portal_app.memberships.views.plan_quotes import (
    PlanQuoteView,
    PromotionView,
    plan_quote_view,
    promotion_view,
)
from portal_app.memberships.views.plans import PlanOption, PlanView, plan_view
from portal_app.memberships.views.rejoining import (
    PlanChoice,
    QuoteView,
    RejoinView,
    quote_view,
    refusal_sentence,
    rejoin_view,
)
from portal_app.memberships.views.upcoming import (
    Bar,
    ChargeRow,
    Chart,
    MonthTotal,
    MonthView,
    UpcomingView,
    upcoming_view,
)
from portal_app.memberships.views.wording import gone_sentence

__all__ = [
    "AlertView",
    "AmountRow",
    "Bar",
    "CancelView",
    "ChargeRow",
    "ChargedToView",
    "Chart",
    "FactRow",
    "MembershipCard",
    "MembershipView",
    "MethodOption",
    "MonthTotal",
    "MonthView",
    "NextChargeBlock",
    "NextChargeView",
    "OfferView",
    "OrdersView",
    "OverdueView",
    "PauseOption",
    "PauseView",
    "PayMethod",
    "PayView",
    "PlanChoice",
    "PlanOption",
    "PlanQuoteView",
    "PlanView",
    "PromotionView",
    "QuoteView",
    "ReasonOption",
    "RejoinView",
    "TimelineRow",
    "UpcomingView",
    "alerts_of",
    "cancel_view",
    "charged_to_view",
    "gone_sentence",
    "membership_card",
    "membership_view",
    "next_charge",
    "not_paid",
    "orders_view",
    "overdue_view",
    "pause_view",
    "pay_view",
    "plan_quote_view",
    "plan_view",
    "promotion_view",
    "quote_view",
    "refusal_sentence",
    "rejoin_view",
    "timeline_rows",
    "upcoming_view",
    "with_older",
]
