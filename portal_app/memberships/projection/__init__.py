"""Stripe's subscriptions, checkouts and invoices become memberships with their history."""

from portal_app.memberships.projection.billing import record_invoices
from portal_app.memberships.projection.disputes import record_disputes
from portal_app.memberships.projection.one_time import project_checkout, project_one_time_invoice
from portal_app.memberships.projection.subscriptions import (
    end_subscription,
    look_up_subscriptions,
    project_subscription,
)

__all__ = [
    "end_subscription",
    "look_up_subscriptions",
    "project_checkout",
    "project_one_time_invoice",
    "project_subscription",
    "record_disputes",
    "record_invoices",
]
