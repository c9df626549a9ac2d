"""A payment method as the API writes it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol, cast

from portal_app.api.method_read import MethodRow
from portal_app.api.method_shapes import (
    IconFiles,
    Icons,
    IconVariants,
    PaymentInstrument,
    PaymentMethod,
)
from portal_app.api.values import timestamp
from portal_app.payment_methods.rules import expired_at
from portal_app.settings import get_settings

_BANKS: Final = frozenset(
    {"acss_debit", "au_becs_debit", "bacs_debit", "ideal", "sepa_debit", "us_bank_account"}
)
_SCALES: Final = (1, 2, 4)


class Instrument(Protocol):
    """What is shown of a method, wherever it is stored."""

    @property
    def kind(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def last4(self) -> str: ...
    @property
    def exp_month(self) -> int | None: ...
    @property
    def exp_year(self) -> int | None: ...


def method_json(row: MethodRow, now: datetime) -> PaymentMethod:
    """*now* is business time, by which cards expire."""
    common: dict[str, Any] = {
        "id": row.id,
        "created_at": timestamp(row.created_at),
        "payment_method_type": row.kind,
        "icons": icons(row.kind),
    }
    typename, details = _as_card(row, now) if row.kind == "card" else _otherwise(row)
    # The discriminated union is what the OpenAPI document and the tests hold this to.
    return cast("PaymentMethod", {**common, "typename": typename, **details})


def _as_card(row: MethodRow, now: datetime) -> tuple[str, dict[str, Any]]:
    return "CardPaymentMethod", {"has_payer_document": False, "card": _card(row, now)}


def _otherwise(row: MethodRow) -> tuple[str, dict[str, Any]]:
    if row.kind not in _DETAILS:
        return "BasePaymentMethod", {}
    typename, details = _DETAILS[row.kind]
    return typename, {row.kind: details(row)}


def _card(row: MethodRow, now: datetime) -> dict[str, Any]:
    return {
        "brand": row.brand or None,
        "exp_month": row.exp_month,
        "exp_year": row.exp_year % 100 if row.exp_year else None,
        "expired": expired_at(row.exp_month, row.exp_year, now),
        "fingerprint": row.fingerprint or None,
        "funding_type": row.funding if row.funding in {"credit", "debit", "prepaid"} else None,
        "last4": row.last4 or None,
        "three_ds_verified": False,
    }


_DETAILS: Final[dict[str, Any]] = {
    "us_bank_account": (
        "UsBankAccountPaymentMethod",
        lambda row: {
            "account_type": None,
            "bank_name": row.brand or None,
            "last4": row.last4 or None,
        },
    ),
    "sepa_debit": (
        "SepaDebitPaymentMethod",
        lambda row: {
            "bank_code": None,
            "branch_code": None,
            "country": None,
            "last4": row.last4 or None,
        },
    ),
    "cashapp": ("CashappPaymentMethod", lambda _row: {"buyer_id": None, "cashtag": None}),
    "ideal": ("IdealPaymentMethod", lambda row: {"bank": row.brand or None, "bic": None}),
}


def instrument_json(method: Instrument) -> PaymentInstrument:
    """The same for display only."""
    card: Any = None
    if method.kind == "card":
        card = {
            "brand": method.brand or None,
            "exp_month": method.exp_month,
            "exp_year": method.exp_year,
            "issuer_identification_number": None,
            "last4": method.last4 or None,
        }
    name = (method.brand or method.kind).replace("_", " ").capitalize()
    return {
        "card": card,
        "display_name": f"{name} •••• {method.last4}" if method.last4 else name,
        "icons": icons(method.kind),
        "installment_count": None,
        "payment_method_type": method.kind,
    }


def icons(kind: str) -> Icons:
    """Files of ours (`assets/icons/methods`), so that no other host learns who looks at them."""
    family = "card" if kind == "card" else "bank" if kind in _BANKS else "purse"
    return _icons(f"{get_settings().origin}/icons/methods/{family}")


@lru_cache(maxsize=16)
def _icons(start: str) -> Icons:
    return {"card": _variants(f"{start}-card"), "square": _variants(f"{start}-square")}


def _variants(start: str) -> IconVariants:
    return {"light": _files(f"{start}-light"), "dark": _files(f"{start}-dark")}


def _files(start: str) -> IconFiles:
    one, two, four = (f"{start}-{scale}x.png" for scale in _SCALES)
    return {"svg": f"{start}.svg", "png_1x": one, "png_2x": two, "png_4x": four}
