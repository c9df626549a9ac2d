"""What the routes of payment methods, intents, charges and refunds accept."""

from portal_app.sandbox.engine import disputes
from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.specifications import BILLING_DETAILS, Spec

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

_AUTOMATIC: Spec = {"allow_redirects": ("always", "never"), "enabled": "bool"}
# The mandate's acceptance is taken and not kept: debits here need none.
_MANDATE: Spec = {
    "customer_acceptance": {
        "accepted_at": "int",
        "online": {"infer_from_client": "bool", "ip_address": "str", "user_agent": "str"},
        "type": ("offline", "online"),
    }
}
_METHOD: Spec = {
    "mandate_data": _MANDATE,
    "payment_method": "str",
    "payment_method_data": METHOD_CREATE,
    "return_url": "str",
    "use_stripe_sdk": "bool",
}
PAYMENT_CONFIRM: Spec = {**_METHOD, "client_secret": "str", "off_session": "bool"}
PAYMENT_CREATE: Spec = {
    **_METHOD,
    "allowed_payment_method_types": ["str"],
    "amount": "int",
    "automatic_payment_methods": _AUTOMATIC,
    "confirm": "bool",
    "currency": "str",
    "customer": "str",
    "description": "str",
    "metadata": "map",
    "off_session": "bool",
    "receipt_email": "str",
    "setup_future_usage": ("off_session", "on_session"),
}
PAYMENT_CANCEL: Spec = {
    "cancellation_reason": ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
}
SETUP_CONFIRM: Spec = {**_METHOD, "client_secret": "str", "confirmation_token": "str"}
SETUP_UPDATE: Spec = {"description": "str", "metadata": "map", "payment_method": "str"}
SETUP_CREATE: Spec = {
    **_METHOD,
    "allowed_payment_method_types": ["str"],
    "automatic_payment_methods": _AUTOMATIC,
    "confirm": "bool",
    "confirmation_token": "str",
    "customer": "str",
    "description": "str",
    "metadata": "map",
    "usage": ("off_session", "on_session"),
}
CONFIRMATION_TOKEN_CREATE: Spec = {
    "payment_method": "str",
    "payment_method_data": METHOD_CREATE,
    "return_url": "str",
    "setup_future_usage": ("off_session", "on_session"),
}
SETUP_CANCEL: Spec = {"cancellation_reason": ("abandoned", "duplicate", "requested_by_customer")}
SETUP_LIST: Spec = {**CURSORS, "created": "range", "customer": "str", "payment_method": "str"}
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
DISPUTE_UPDATE: Spec = {
    # Evidence in files would need Stripe's file uploads.
    "evidence": dict.fromkeys(disputes.TEXTS, "str?"),
    "metadata": "map",
    "submit": "bool",
}
DISPUTE_LIST: Spec = {**CURSORS, "charge": "str", "created": "range", "payment_intent": "str"}
