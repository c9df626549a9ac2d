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
PRORATION_BEHAVIOR = ("always_invoice", "create_prorations", "none")
DISCOUNT: Spec = {"coupon": "str", "discount": "str", "promotion_code": "str"}
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
    "business_name": "str?",
    "description": "str?",
    "email": "str?",
    "individual_name": "str?",
    "invoice_prefix": "str",
    "invoice_settings": {"default_payment_method": "str?"},
    "metadata": "map",
    "name": "str?",
    "next_invoice_sequence": "int",
    "phone": "str?",
    "preferred_locales": ["str"],
    "tax_exempt": ("none", "exempt", "reverse"),
}
CUSTOMER_CREATE: Spec = {**CUSTOMER_UPDATE, "payment_method": "str", "test_clock": "str"}
CUSTOMER_LIST: Spec = {**CURSORS, "email": "str", "created": "range", "test_clock": "str"}

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

CUSTOMER_METHOD_LIST: Spec = {**CURSORS, "type": ("card", "sepa_debit")}

EVENT_LIST: Spec = {**CURSORS, "created": "range", "type": "str", "types": ["str"]}

CHECKOUT_CREATE: Spec = {
    "cancel_url": "str",
    "client_reference_id": "str",
    "currency": "str",
    "customer": "str",
    "customer_creation": ("always", "if_required"),
    "customer_email": "str",
    "expires_at": "int",
    "invoice_creation": {"enabled": "bool", "invoice_data": {"metadata": "map"}},
    "line_items": [{"price": "str", "quantity": "int"}],
    "metadata": "map",
    "mode": ("payment", "setup", "subscription"),
    "payment_intent_data": {"metadata": "map"},
    "setup_intent_data": {"description": "str", "metadata": "map"},
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
