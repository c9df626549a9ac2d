"""The events that tell us something, each with the kind of object that is read anew after it.

`portal stripe setup` subscribes to exactly these. They are more than signals: an event is only
ever the reason to fetch an object, so one of them that is lost is mended by the next.
"""

from __future__ import annotations

from typing import Final

_BY_KIND: Final = {
    "products": ("product.created", "product.updated", "product.deleted"),
    "prices": ("price.created", "price.updated", "price.deleted"),
    "customers": ("customer.created", "customer.updated", "customer.deleted"),
    "payment methods": (
        "payment_method.attached",
        "payment_method.automatically_updated",
        "payment_method.detached",
        "payment_method.updated",
    ),
    "subscriptions": (
        "customer.subscription.created",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.pending_update_applied",
        "customer.subscription.pending_update_expired",
        "customer.subscription.resumed",
        "customer.subscription.updated",
    ),
    "checkouts": (
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
    ),
    "payments": (
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
    ),
    "invoices": (
        "invoice.created",
        "invoice.deleted",
        "invoice.finalized",
        "invoice.marked_uncollectible",
        "invoice.paid",
        "invoice.payment_action_required",
        "invoice.payment_failed",
        "invoice.updated",
        "invoice.voided",
        "invoice_payment.paid",
    ),
    "refunds": ("charge.refunded", "refund.created", "refund.failed", "refund.updated"),
}

KIND_OF_EVENT: Final = {event: kind for kind, events in _BY_KIND.items() for event in events}
HANDLED_EVENTS: Final = tuple(sorted(KIND_OF_EVENT))
