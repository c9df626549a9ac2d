"""What people can see of their memberships, and do with them. The actor comes first, everywhere."""

from __future__ import annotations

from portal_app.memberships.service.adding import carry_out_setup, method_added
from portal_app.memberships.service.billing import billed_holding, bills_of, purchases_of
from portal_app.memberships.service.by_company import (
    charge_as_company,
    remove_as_company,
)
from portal_app.memberships.service.card_watch import watch_cards
from portal_app.memberships.service.charging import (
    MethodChoices,
    charge_to,
    make_default,
    method_choices,
    paid_by,
    remove_method,
)
from portal_app.memberships.service.paying import PAY, pay_open_invoice, retry_open_payment
from portal_app.memberships.service.payment_page import (
    PaymentPage,
    confirmation_secret,
    look_up_payment,
    payable_with,
    payment_page,
    payment_returned,
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
    overdue_memberships,
    past_memberships,
    running_memberships,
)
from portal_app.memberships.service.reassigning import REASSIGN
from portal_app.memberships.service.setups import (
    SAVE_METHOD,
    WantedSetup,
    replace_when_saved,
    save_method,
    send_back_to,
)

__all__ = [
    "NEEDS_ATTENTION",
    "PAY",
    "REASSIGN",
    "SAVE_METHOD",
    "HeldMembership",
    "MembershipDetails",
    "MembershipList",
    "MethodChoices",
    "PastPosition",
    "PaymentPage",
    "WantedSetup",
    "billed_holding",
    "bills_of",
    "carry_out_setup",
    "charge_as_company",
    "charge_to",
    "confirmation_secret",
    "find_held",
    "get_membership",
    "list_memberships",
    "look_up_payment",
    "make_default",
    "method_added",
    "method_choices",
    "next_charge_at",
    "overdue_memberships",
    "paid_by",
    "past_memberships",
    "pay_open_invoice",
    "payable_with",
    "payment_page",
    "payment_returned",
    "purchases_of",
    "remove_as_company",
    "remove_method",
    "replace_when_saved",
    "retry_open_payment",
    "running_memberships",
    "save_method",
    "send_back_to",
    "watch_cards",
]
