"""What people can see of their memberships, and do with them. The actor comes first, everywhere."""

from __future__ import annotations

from portal_app.memberships.service.adding import carry_out_setup, method_added
from portal_app.memberships.service.billing import billed_holding, bills_of, purchases_of
from portal_app.memberships.service.by_company import (
    charge_as_company,
    remove_as_company,
)
from portal_app.memberships.service.canceling import (
    cancel_as_company,
    cancel_membership,
    schedule_declared,
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
from portal_app.memberships.service.company_updates import (
    DESCRIBE,
    EXTEND,
    extend_as_company,
    reactivate_as_company,
    set_metadata_as_company,
)
from portal_app.memberships.service.details import MembershipDetails, get_membership
from portal_app.memberships.service.ending import CANCEL
from portal_app.memberships.service.exit_page import ExitPage, exit_page
from portal_app.memberships.service.failed_methods import declined, has_failed
from portal_app.memberships.service.given_away import GivenAway, given_away
from portal_app.memberships.service.keeping import (
    KEEP,
    keep_as_company,
    keep_declared,
    keep_membership,
    withdraw_declared_exit,
)
from portal_app.memberships.service.last_word import LastWord, withdraw_all
from portal_app.memberships.service.late_debits import GIVE_BACK, look_at_late
from portal_app.memberships.service.listing import (
    MembershipList,
    PastPosition,
    list_memberships,
    overdue_memberships,
    past_memberships,
    running_memberships,
)
from portal_app.memberships.service.offering import DISCOUNT, note_won_back, take_offer
from portal_app.memberships.service.pause_page import PausePage, pause_page, pause_plan
from portal_app.memberships.service.pausing import pause_as_company, pause_membership
from portal_app.memberships.service.paying import PAY, pay_open_invoice, retry_open_payment
from portal_app.memberships.service.payment_page import (
    PaymentPage,
    confirmation_secret,
    look_up_payment,
    payable_with,
    payment_page,
    payment_returned,
)
from portal_app.memberships.service.plan_changing import CHANGE_LATER, CHANGE_NOW, change_plan
from portal_app.memberships.service.plan_leaving import KEEP_PLAN, keep_plan
from portal_app.memberships.service.plan_page import (
    PlanPage,
    changes_plan,
    cheaper_plans_of,
    plan_page,
    timing_for,
)
from portal_app.memberships.service.plan_quotes import Quote, quote_change
from portal_app.memberships.service.previews import (
    PreviewSource,
    Round,
    fill_previews,
    is_preview_due,
    refresh_previews,
)
from portal_app.memberships.service.pricing import cost_of, extra_items, price_of
from portal_app.memberships.service.promotions import (
    PROMOTION,
    PromotionQuote,
    apply_promotion_as_company,
    quote_promotion,
    use_promotion,
)
from portal_app.memberships.service.purchases import bought_with
from portal_app.memberships.service.reading import (
    HeldMembership,
    find_held,
    membership_name,
    next_charge_at,
)
from portal_app.memberships.service.reassigning import REASSIGN
from portal_app.memberships.service.rejoin_page import RejoinPage, rejoin_page
from portal_app.memberships.service.rejoining import (
    JOIN,
    RejoinQuote,
    look_up_rejoin,
    quote_rejoin,
    rejoin,
    rejoin_secret,
)
from portal_app.memberships.service.resting import PAUSE
from portal_app.memberships.service.resuming import (
    RESUME,
    UNPAUSE,
    resume_as_company,
    resume_membership,
    unpause_membership,
)
from portal_app.memberships.service.seen_by_company import seen_by_company
from portal_app.memberships.service.setups import (
    SAVE_METHOD,
    WantedSetup,
    replace_when_saved,
    save_method,
    send_back_to,
)
from portal_app.memberships.service.upcoming import (
    ExpectedCharge,
    NextCharge,
    Occasion,
    YearAhead,
    next_charge_of,
    resume_preview,
    resumes_at,
    rhythm_of,
    year_ahead,
)
from portal_app.memberships.service.withdrawing import WITHDRAW, unrefunded, withdraw_declared

__all__ = [
    "CANCEL",
    "CHANGE_LATER",
    "CHANGE_NOW",
    "DESCRIBE",
    "DISCOUNT",
    "EXTEND",
    "GIVE_BACK",
    "JOIN",
    "KEEP",
    "KEEP_PLAN",
    "PAUSE",
    "PAY",
    "PROMOTION",
    "REASSIGN",
    "RESUME",
    "SAVE_METHOD",
    "UNPAUSE",
    "WITHDRAW",
    "ExitPage",
    "ExpectedCharge",
    "GivenAway",
    "HeldMembership",
    "LastWord",
    "MembershipDetails",
    "MembershipList",
    "MethodChoices",
    "NextCharge",
    "Occasion",
    "PastPosition",
    "PausePage",
    "PaymentPage",
    "PlanPage",
    "PreviewSource",
    "PromotionQuote",
    "Quote",
    "RejoinPage",
    "RejoinQuote",
    "Round",
    "WantedSetup",
    "YearAhead",
    "apply_promotion_as_company",
    "billed_holding",
    "bills_of",
    "bought_with",
    "cancel_as_company",
    "cancel_membership",
    "carry_out_setup",
    "change_plan",
    "changes_plan",
    "charge_as_company",
    "charge_to",
    "cheaper_plans_of",
    "confirmation_secret",
    "cost_of",
    "declined",
    "exit_page",
    "extend_as_company",
    "extra_items",
    "fill_previews",
    "find_held",
    "get_membership",
    "given_away",
    "has_failed",
    "is_preview_due",
    "keep_as_company",
    "keep_declared",
    "keep_membership",
    "keep_plan",
    "list_memberships",
    "look_at_late",
    "look_up_payment",
    "look_up_rejoin",
    "make_default",
    "membership_name",
    "method_added",
    "method_choices",
    "next_charge_at",
    "next_charge_of",
    "note_won_back",
    "overdue_memberships",
    "paid_by",
    "past_memberships",
    "pause_as_company",
    "pause_membership",
    "pause_page",
    "pause_plan",
    "pay_open_invoice",
    "payable_with",
    "payment_page",
    "payment_returned",
    "plan_page",
    "price_of",
    "purchases_of",
    "quote_change",
    "quote_promotion",
    "quote_rejoin",
    "reactivate_as_company",
    "refresh_previews",
    "rejoin",
    "rejoin_page",
    "rejoin_secret",
    "remove_as_company",
    "remove_method",
    "replace_when_saved",
    "resume_as_company",
    "resume_membership",
    "resume_preview",
    "resumes_at",
    "retry_open_payment",
    "rhythm_of",
    "running_memberships",
    "save_method",
    "schedule_declared",
    "seen_by_company",
    "send_back_to",
    "set_metadata_as_company",
    "take_offer",
    "timing_for",
    "unpause_membership",
    "unrefunded",
    "use_promotion",
    "watch_cards",
    "withdraw_all",
    "withdraw_declared",
    "withdraw_declared_exit",
    "year_ahead",
]
