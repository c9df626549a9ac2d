"""What each route accepts. Everything else of Stripe's is answered 501, unknown names 400."""

from typing import Any

from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.parameters import words_of

Spec = dict[str, Any]

ADDRESS: Spec = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), "str?")
COLLECTION = ("charge_automatically", "send_invoice")
FEEDBACK = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)
CANCELLATION: Spec = {"comment": "str?", "feedback": FEEDBACK}
PAYMENT_SETTINGS: Spec = {
    "save_default_payment_method": ("off", "on_subscription"),
    "payment_method_types": ["str"],
}
BILLING_DETAILS: Spec = {
    "address": ADDRESS,
    "email": "str?",
    "name": "str?",
    "phone": "str?",
    "tax_id": "str?",
}

CUSTOMER_UPDATE: Spec = {
    "address": ADDRESS,
    "balance": "int",
    "description": "str?",
    "email": "str?",
    "invoice_prefix": "str",
    "invoice_settings": {"default_payment_method": "str?"},
    "metadata": "map",
    "name": "str?",
    "next_invoice_sequence": "int",
    "phone": "str?",
    "preferred_locales": ["str"],
    "tax_exempt": ("none", "exempt", "reverse"),
}
CUSTOMER_CREATE: Spec = {**CUSTOMER_UPDATE, "payment_method": "str"}
CUSTOMER_LIST: Spec = {**CURSORS, "email": "str", "created": "range"}

PRODUCT_UPDATE: Spec = {
    "active": "bool",
    "default_price": "str",
    "description": "str?",
    "images": ["str"],
    "metadata": "map",
    "name": "str",
    "statement_descriptor": "str?",
    "unit_label": "str?",
    "url": "str?",
}
PRODUCT_CREATE: Spec = {
    **{key: value for key, value in PRODUCT_UPDATE.items() if key != "default_price"},
    "id": "str",
}
PRODUCT_LIST: Spec = {**CURSORS, "active": "bool", "created": "range", "ids": ["str"]}

PRICE_UPDATE: Spec = {
    "active": "bool",
    "lookup_key": "str?",
    "metadata": "map",
    "nickname": "str?",
    "tax_behavior": ("exclusive", "inclusive", "unspecified"),
}
PRICE_CREATE: Spec = {
    **PRICE_UPDATE,
    "currency": "str",
    "product": "str",
    "recurring": {"interval": ("day", "week", "month", "year"), "interval_count": "int"},
    "unit_amount": "int",
}
PRICE_LIST: Spec = {
    **CURSORS,
    "active": "bool",
    "created": "range",
    "currency": "str",
    "lookup_keys": ["str"],
    "product": "str",
    "type": ("one_time", "recurring"),
}

METHOD_CREATE: Spec = {
    "billing_details": BILLING_DETAILS,
    "card": {
        "number": "str",
        "exp_month": "int",
        "exp_year": "int",
        "cvc": "str",
        "token": "str",
    },
    "metadata": "map",
    "sepa_debit": {"iban": "str"},
    "type": ("card", "sepa_debit"),
}
METHOD_UPDATE: Spec = {
    "billing_details": BILLING_DETAILS,
    "card": {"exp_month": "int", "exp_year": "int"},
    "metadata": "map",
}
METHOD_LIST: Spec = {**CURSORS, "customer": "str", "type": ("card", "sepa_debit")}
CUSTOMER_METHOD_LIST: Spec = {**CURSORS, "type": ("card", "sepa_debit")}

SUBSCRIPTION_UPDATE: Spec = {
    "cancel_at": "time?",
    "cancel_at_period_end": "bool",
    "cancellation_details": CANCELLATION,
    "collection_method": COLLECTION,
    "days_until_due": "int",
    "default_payment_method": "str?",
    "description": "str?",
    "metadata": "map",
    "off_session": "bool",
    "pause_collection": {
        "behavior": ("keep_as_draft", "mark_uncollectible", "void"),
        "resumes_at": "int?",
    },
    "payment_behavior": ("allow_incomplete", "default_incomplete", "error_if_incomplete"),
    "payment_settings": PAYMENT_SETTINGS,
    "proration_behavior": ("always_invoice", "create_prorations", "none"),
    "trial_end": "time",
}
SUBSCRIPTION_CREATE: Spec = {
    **{
        key: value
        for key, value in SUBSCRIPTION_UPDATE.items()
        if key not in ("pause_collection", "cancellation_details")
    },
    "billing_cycle_anchor": "int",
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
    "proration_behavior": ("always_invoice", "create_prorations", "none"),
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
INVOICE_PAYMENT_LIST: Spec = {
    **CURSORS,
    "invoice": "str",
    "payment": {"payment_intent": "str", "type": ("payment_intent",)},
    "status": ("open", "paid", "canceled"),
}
PAYMENT_LIST: Spec = {**CURSORS, "customer": "str", "created": "range"}
CHARGE_LIST: Spec = {**PAYMENT_LIST, "payment_intent": "str"}
REFUND_CREATE: Spec = {
    "amount": "int",
    "charge": "str",
    "metadata": "map",
    "payment_intent": "str",
    "reason": ("duplicate", "fraudulent", "requested_by_customer"),
}
REFUND_LIST: Spec = {**CURSORS, "charge": "str", "payment_intent": "str", "created": "range"}
EVENT_LIST: Spec = {**CURSORS, "created": "range", "type": "str", "types": ["str"]}

CHECKOUT_CREATE: Spec = {
    "cancel_url": "str",
    "client_reference_id": "str",
    "customer": "str",
    "customer_creation": ("always", "if_required"),
    "customer_email": "str",
    "expires_at": "int",
    "invoice_creation": {"enabled": "bool", "invoice_data": {"metadata": "map"}},
    "line_items": [{"price": "str", "quantity": "int"}],
    "metadata": "map",
    "mode": ("payment", "setup", "subscription"),
    "payment_intent_data": {"metadata": "map"},
    "success_url": "str",
    "ui_mode": ("hosted_page",),
}
CHECKOUT_LIST: Spec = {
    **CURSORS,
    "created": "range",
    "customer": "str",
    "payment_intent": "str",
    "status": ("complete", "expired", "open"),
}

WEBHOOK_UPDATE: Spec = {
    "description": "str?",
    "disabled": "bool",
    "enabled_events": [words_of("WebhookEndpointCreateParams", "enabled_events")],
    "metadata": "map",
    "url": "str",
}
WEBHOOK_CREATE: Spec = {
    **{name: spec for name, spec in WEBHOOK_UPDATE.items() if name != "disabled"},
    "api_version": words_of("WebhookEndpointCreateParams", "api_version"),
}
