"""What a key may do, in Whop's names (docs.whop.com, API permissions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from portal_app.kit.errors import InvalidInput, NotAllowed

MEMBER_BASIC_READ: Final = "member:basic:read"
MEMBER_EMAIL_READ: Final = "member:email:read"
MEMBER_PHONE_READ: Final = "member:phone:read"
MEMBER_PAYMENT_METHODS_READ: Final = "member:payment_methods:read"
MEMBER_PAYMENT_METHODS_MANAGE: Final = "member:payment_methods:manage"
MEMBER_MANAGE: Final = "member:manage"
MEMBERSHIP_UPDATE: Final = "membership:update"
MEMBERSHIP_CANCEL: Final = "membership:cancel"
MEMBERSHIP_TRANSFER: Final = "membership:transfer"
PAYMENT_BASIC_READ: Final = "payment:basic:read"
PAYMENT_SETUP_INTENT_READ: Final = "payment:setup_intent:read"
PAYMENT_SETUP_INTENT_MANAGE: Final = "payment:setup_intent:manage"
INVOICE_BASIC_READ: Final = "invoice:basic:read"
PRODUCT_BASIC_READ: Final = "access_pass:basic:read"  # Whop's older word for a product
PLAN_BASIC_READ: Final = "plan:basic:read"

READ_SCOPES: Final = (
    MEMBER_BASIC_READ,
    MEMBER_EMAIL_READ,
    MEMBER_PHONE_READ,
    MEMBER_PAYMENT_METHODS_READ,
    PAYMENT_BASIC_READ,
    PAYMENT_SETUP_INTENT_READ,
    INVOICE_BASIC_READ,
    PRODUCT_BASIC_READ,
    PLAN_BASIC_READ,
)
ALL_SCOPES: Final = (
    *READ_SCOPES,
    MEMBER_MANAGE,
    MEMBER_PAYMENT_METHODS_MANAGE,
    PAYMENT_SETUP_INTENT_MANAGE,
    MEMBERSHIP_UPDATE,
    MEMBERSHIP_CANCEL,
    MEMBERSHIP_TRANSFER,
)


def check_known(scopes: Iterable[str]) -> list[str]:
    """*scopes* without repeats, in our order; InvalidInput for a name that means nothing."""
    wanted = set(scopes)
    unknown = sorted(wanted - set(ALL_SCOPES))
    if unknown:
        raise InvalidInput(f"Unknown scope: {', '.join(unknown)}.", code="unknown_scope")
    return [scope for scope in ALL_SCOPES if scope in wanted]


def require(granted: Iterable[str], scope: str) -> None:
    """NotAllowed, naming the scope, when *granted* lacks it."""
    if scope not in granted:
        raise NotAllowed(f"This API key lacks the scope {scope}.", code="missing_scope")
