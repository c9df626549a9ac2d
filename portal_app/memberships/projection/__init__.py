"""Stripe's subscriptions, checkouts and invoices become memberships with their history."""

from portal_app.memberships.projection.billing import memberships_of, record_invoices
from portal_app.memberships.projection.disputes import membership_of_payment, record_disputes
from portal_app.memberships.projection.given_back import settle_refunded
from portal_app.memberships.projection.handing_on import TRANSFER_KEY, hand_on
from portal_app.memberships.projection.one_time import project_checkout, project_one_time_invoice
from portal_app.memberships.projection.subscriptions import (
    end_subscription,
    look_up_subscriptions,
    project_subscription,
)

__all__ = [
    "TRANSFER_KEY",
    "end_subscription",
    "hand_on",
    "look_up_subscriptions",
    "membership_of_payment",
    "memberships_of",
    "project_checkout",
    "project_one_time_invoice",
    "project_subscription",
    "record_disputes",
    "record_invoices",
    "settle_refunded",
]
