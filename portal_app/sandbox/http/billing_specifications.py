"""What the routes of subscriptions and invoices accept."""

from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.schedule_specifications import SCHEDULE_DETAILS
from portal_app.sandbox.http.specifications import (
    CANCELLATION,
    COLLECTION,
    DISCOUNT,
    PAYMENT_SETTINGS,
    PRORATION_BEHAVIOR,
    Spec,
)

CHANGED_ITEM: Spec = {
    "id": "str",
    "deleted": "bool",
    "metadata": "map",
    "price": "str",
    "quantity": "int",
}
SUBSCRIPTION_UPDATE: Spec = {
    "billing_cycle_anchor": {"type": ("now", "unchanged")},
    "cancel_at": "time?",
    "cancel_at_period_end": "bool",
    "cancellation_details": CANCELLATION,
    "collection_method": COLLECTION,
    "days_until_due": "int",
    "default_payment_method": "str?",
    "default_tax_rates": ["str"],
    "description": "str?",
    "discounts": [DISCOUNT],
    "items": [CHANGED_ITEM],
    "metadata": "map",
    "off_session": "bool",
    "pause_collection": {
        "behavior": ("keep_as_draft", "mark_uncollectible", "void"),
        "resumes_at": "int?",
    },
    "payment_behavior": (
        "allow_incomplete",
        "default_incomplete",
        "error_if_incomplete",
        "pending_if_incomplete",
    ),
    "payment_settings": PAYMENT_SETTINGS,
    "proration_behavior": PRORATION_BEHAVIOR,
    "proration_date": "int",
    "trial_end": "time",
}
SUBSCRIPTION_CREATE: Spec = {
    **{
        key: value
        for key, value in SUBSCRIPTION_UPDATE.items()
        if key not in ("pause_collection", "cancellation_details", "proration_date")
    },
    "billing_cycle_anchor": "int",
    "billing_cycle_anchor_config": dict.fromkeys(
        ("day_of_month", "hour", "minute", "month", "second"), "int"
    ),
    "customer": "str",
    "items": [{"price": "str", "quantity": "int", "metadata": "map"}],
    "trial_period_days": "int",
    "trial_settings": {
        "end_behavior": {"missing_payment_method": ("cancel", "create_invoice", "pause")}
    },
}
SUBSCRIPTION_LIST: Spec = {
    **CURSORS,
    "collection_method": COLLECTION,
    "created": "range",
    "customer": "str",
    "price": "str",
    "status": (
        "active",
        "all",
        "canceled",
        "ended",
        "incomplete",
        "incomplete_expired",
        "past_due",
        "paused",
        "trialing",
        "unpaid",
    ),
    "test_clock": "str",
}
SUBSCRIPTION_CANCEL: Spec = {
    "cancellation_details": CANCELLATION,
    "invoice_now": "bool",
    "prorate": "bool",
}
SUBSCRIPTION_PAUSE: Spec = {
    "bill_for": {
        "outstanding_usage_through": {"type": ("none", "now")},
        "unused_time_from": {"type": ("item_current_period_start", "none", "now")},
    },
    "invoicing_behavior": ("invoice", "pending_invoice_item"),
    "type": ("subscription",),
}
SUBSCRIPTION_RESUME: Spec = {
    "billing_cycle_anchor": {"type": ("now", "unchanged")},
    "payment_behavior": ("resume_on_payment_attempt", "resume_on_payment_success"),
    "proration_behavior": PRORATION_BEHAVIOR,
}
ITEM_LIST: Spec = {**CURSORS, "subscription": "str"}

INVOICE_UPDATE: Spec = {
    "auto_advance": "bool",
    "default_payment_method": "str?",
    "description": "str?",
    "footer": "str?",
    "metadata": "map",
}
INVOICE_CREATE: Spec = {
    **INVOICE_UPDATE,
    "collection_method": COLLECTION,
    "currency": "str",
    "customer": "str",
    "days_until_due": "int",
    "default_tax_rates": ["str"],
    "discounts": [DISCOUNT],
    "pending_invoice_items_behavior": ("exclude", "include"),
}
INVOICE_LIST: Spec = {
    **CURSORS,
    "collection_method": COLLECTION,
    "created": "range",
    "customer": "str",
    "status": ("draft", "open", "paid", "uncollectible", "void"),
    "subscription": "str",
}
INVOICE_PAY: Spec = {
    "off_session": "bool",
    "paid_out_of_band": "bool",
    "payment_method": "str",
}
INVOICE_PREVIEW: Spec = {
    "customer": "str",
    "discounts": [DISCOUNT],
    "preview_mode": ("next", "recurring"),
    "schedule": "str",
    "schedule_details": SCHEDULE_DETAILS,
    "subscription": "str",
    "subscription_details": {
        "billing_cycle_anchor": {"type": ("now", "unchanged")},
        "cancel_at": "time?",
        "cancel_at_period_end": "bool",
        "cancel_now": "bool",
        "default_tax_rates": ["str"],
        "items": [CHANGED_ITEM],
        "metadata": "map",
        "proration_behavior": PRORATION_BEHAVIOR,
        "proration_date": "int",
        "resume_at": ("now",),
        "trial_end": "time",
    },
}
INVOICE_FINALIZE: Spec = {"auto_advance": "bool"}
INVOICE_ITEM_CREATE: Spec = {
    "amount": "int",
    "currency": "str",
    "customer": "str",
    "description": "str",
    "invoice": "str",
    "metadata": "map",
    "pricing": {"price": "str"},
    "quantity": "int",
}
INVOICE_ITEM_LIST: Spec = {
    **CURSORS,
    "created": "range",
    "customer": "str",
    "invoice": "str",
    "pending": "bool",
}
