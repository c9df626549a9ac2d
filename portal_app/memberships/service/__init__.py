"""What people can see of their memberships, and do with them. The actor comes first, everywhere."""

from __future__ import annotations

from portal_app.memberships.service.adding import carry_out_setup, method_added
from portal_app.memberships.service.card_watch import watch_cards
from portal_app.memberships.service.charging import (
    MethodChoices,
    charge_to,
    make_default,
    method_choices,
    paid_by,
    remove_method,
)
from portal_app.memberships.service.reading import (
    NEEDS_ATTENTION,
    HeldMembership,
    MembershipDetails,
    MembershipList,
    PastPosition,
    find_held,
    get_membership,
    list_memberships,
    next_charge_at,
    past_memberships,
    running_memberships,
)
from portal_app.memberships.service.reassigning import REASSIGN

__all__ = [
    "NEEDS_ATTENTION",
    "REASSIGN",
    "HeldMembership",
    "MembershipDetails",
    "MembershipList",
    "MethodChoices",
    "PastPosition",
    "carry_out_setup",
    "charge_to",
    "find_held",
    "get_membership",
    "list_memberships",
    "make_default",
    "method_added",
    "method_choices",
    "next_charge_at",
    "paid_by",
    "past_memberships",
    "remove_method",
    "running_memberships",
    "watch_cards",
]
