"""What the pages of memberships hold in a tab."""

from __future__ import annotations

from portal_app.memberships.state.canceling import CancelState
from portal_app.memberships.state.charged_to import ChargedToState
from portal_app.memberships.state.detail import MembershipState
from portal_app.memberships.state.orders import OrdersState
from portal_app.memberships.state.overdue import OverdueState, refresh_overdue
from portal_app.memberships.state.pausing import PausingState
from portal_app.memberships.state.paying import PayState
from portal_app.memberships.state.plans import HEADING, PlanState
from portal_app.memberships.state.promotions import PromotionState
from portal_app.memberships.state.rejoining import RejoinState
from portal_app.memberships.state.upcoming import UpcomingState

__all__ = [
    "HEADING",
    "CancelState",
    "ChargedToState",
    "MembershipState",
    "OrdersState",
    "OverdueState",
    "PausingState",
    "PayState",
    "PlanState",
    "PromotionState",
    "RejoinState",
    "UpcomingState",
    "refresh_overdue",
]
