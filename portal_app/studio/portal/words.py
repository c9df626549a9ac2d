"""What the settings are called. One without words here is shown by its own name."""

from __future__ import annotations

from typing import Final

from portal_app.memberships.views.exits import REASONS
from portal_app.studio.portal.settings import CONTACT, DISCOUNTS, OFFERS, TARGETS
from portal_app.studio.portal.settings import REASONS as OWN_REASONS

# Policies in the order of the page, with their headings.
POLICIES: Final = {
    "cancel": "Cancelling",
    "pause": "Pausing",
    "rejoin": "Joining again",
    "plan_change": "Changing plan",
    "transfer": "Transferring",
    "withdraw": "Withdrawal",
    "access": "Access while unpaid or paused",
    "notices": "Emails to customers",
    "support": "Help",
}
LABELS: Final = {
    "access.while_past_due": "Access goes on while a payment is overdue",
    "access.grace_days": "… for at most so many days (empty: as long as the charge is retried)",
    "access.while_paused": "Access goes on while only the charges are paused",
    "cancel.at_once": "Memberships end right away, not when the paid period ends",
    OWN_REASONS: "Reasons to choose from",
    OFFERS: "What is offered instead: the first that can be",
    DISCOUNTS: "Discounts to offer",
    "cancel.void_unpaid": "An overdue invoice is taken back",
    "cancel.undo_company_end": "Customers may take back an end that you arranged",
    "notices.card_expiring": "Cards that expire",
    "notices.ended": "Memberships that have ended",
    "notices.payment_failed": "Failed payments",
    "notices.plan_change_scheduled": "Changes of plan that are arranged",
    "notices.plan_changed": "Changes of plan",
    "notices.refund": "Refunds",
    "notices.renewal_short": "Renewals of less than half a year",
    "notices.won_back": "Offers that they took",
    "pause.offered": "Customers may pause",
    "pause.longest_months": "Longest pause, in months",
    "pause.per_year": "Pauses in a year",
    "pause.keeps_access": "A pause only stops the charges",
    "plan_change.downgrade_at_once": "A cheaper plan begins right away, with credit for the rest",
    "plan_change.in_trial": "The plan may be changed during a trial",
    "plan_change.least": "Fewest units of a plan",
    "plan_change.most": "Most units of a plan (1: no choice)",
    "plan_change.promotion_codes": "Promotion codes are taken",
    "rejoin.offered": "Customers may join again after theirs has ended",
    TARGETS: "Customers may change to",
    CONTACT: "Whom customers ask for help",
    "transfer.mode": "Customers may transfer a membership",
    "withdraw.automatic": "Withdrawals are carried out without your looking at them",
    "withdraw.pro_rata": "What was used before is paid for, as agreed before buying",
}
CHOICES: Final = {
    "on": "Yes",
    "off": "No",
    "approval": "After your approval",
    "all": "Any plan of the same product",
    "none": "No other plan",
    "these": "These plans",
    "discount": "A discount",
    "plan": "A cheaper plan",
    "pause": "A pause",
    **{str(one): text for one, text in REASONS.items()},
}
COLUMNS: Final = {
    "label": "Reason",
    "category": "Counts as",
    "offer": "Offer",
    "plan": "Plan",
    "coupon": "Coupon at Stripe",
    "percent_off": "Percent off",
    "months": "Months",
}
# Below a setting: how it is meant.
HINTS: Final = {
    "pause.keeps_access": "Whether access goes on then is decided below, at “Access while unpaid "
    "or paused”. Otherwise Stripe pauses the whole subscription, and access stops with it.",
    "access.while_paused": "From the end of the paid period on. Subscriptions that Stripe can't "
    "pause as a whole (classic billing, or paid by invoice) only ever stop being charged. One that "
    "Stripe has paused as a whole gives no access.",
    CONTACT: "An email address, or a page that begins with https://. Empty: what the brand says.",
    OWN_REASONS: "Without any, customers choose from the usual ones.",
    DISCOUNTS: "Months: 0 is one payment, empty is for good. It has to be what the coupon says at "
    "Stripe, or it isn't given.",
}


def label_of(name: str) -> str:
    return LABELS.get(name) or name.partition(".")[2].replace("_", " ").capitalize()


def heading_of(policy: str) -> str:
    return POLICIES.get(policy) or policy.replace("_", " ").capitalize()


def choice_of(value: str) -> str:
    return CHOICES.get(value) or value.replace("_", " ").capitalize()
