"""What the routes of coupons, promotion codes, taxes and balances accept."""

from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.specifications import Spec

COUPON_UPDATE: Spec = {"metadata": "map", "name": "str"}
COUPON_CREATE: Spec = {
    **COUPON_UPDATE,
    "amount_off": "int",
    "currency": "str",
    "duration": ("forever", "once", "repeating"),
    "duration_in_months": "int",
    "id": "str",
    "max_redemptions": "int",
    "percent_off": "float",
    "redeem_by": "int",
}
COUPON_LIST: Spec = {**CURSORS, "created": "range"}

CODE_UPDATE: Spec = {"active": "bool", "metadata": "map"}
CODE_CREATE: Spec = {
    **CODE_UPDATE,
    "code": "str",
    "customer": "str",
    "expires_at": "int",
    "max_redemptions": "int",
    "promotion": {"coupon": "str", "type": ("coupon",)},
    "restrictions": {
        "first_time_transaction": "bool",
        "minimum_amount": "int",
        "minimum_amount_currency": "str",
    },
}
CODE_LIST: Spec = {
    **CURSORS,
    "active": "bool",
    "code": "str",
    "coupon": "str",
    "created": "range",
    "customer": "str",
}

RATE_UPDATE: Spec = {
    "active": "bool",
    "country": "str",
    "description": "str",
    "display_name": "str",
    "jurisdiction": "str",
    "metadata": "map",
    "state": "str",
    "tax_type": "str",
}
RATE_CREATE: Spec = {**RATE_UPDATE, "inclusive": "bool", "percentage": "float"}
RATE_LIST: Spec = {**CURSORS, "active": "bool", "created": "range", "inclusive": "bool"}

TAX_ID_LIST: Spec = {**CURSORS}
TAX_ID_CREATE: Spec = {"type": "str", "value": "str"}

BALANCE_LIST: Spec = {**CURSORS, "created": "range", "invoice": "str"}
BALANCE_CREATE: Spec = {
    "amount": "int",
    "currency": "str",
    "description": "str?",
    "metadata": "map",
}
