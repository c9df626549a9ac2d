"""Payment methods as people read them: "Visa ending 4242"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.rules import expired_at
from portal_app.ui.reader import Reader

# Names of brands and schemes are the same in every language.
_BRANDS: Final = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "Eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
_KINDS: Final = {
    "amazon_pay": "Amazon Pay",
    "bacs_debit": "Bacs Direct Debit",
    "cashapp": "Cash App Pay",
    "link": "Link",
    "paypal": "PayPal",
    "revolut_pay": "Revolut Pay",
    "sepa_debit": "SEPA Direct Debit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodView:
    """What a charge would use; *label* is empty when there is none on file."""

    label: str = ""
    expiry: str = ""


def method_view(reader: Reader, method: PaymentMethod | None) -> PaymentMethodView:
    if method is None:
        return PaymentMethodView()
    return PaymentMethodView(label=label_of(reader, method), expiry=expiry_of(reader, method))


def label_of(reader: Reader, method: PaymentMethod) -> str:
    return method_label(reader, kind=method.kind, brand=method.brand, last4=method.last4)


def method_label(reader: Reader, *, kind: str, brand: str, last4: str) -> str:
    """Name a method by what people recognise; never more than its last four digits."""
    if kind == "card":
        name = _BRANDS.get(brand) or reader.say("Card")
    elif kind in _KINDS:
        name = _KINDS[kind]
    else:
        name = reader.say("Bank account") if last4 else reader.say("Payment method")
    return reader.say("{name} ending {last4}", name=name, last4=last4) if last4 else name


def expiry_of(reader: Reader, method: PaymentMethod) -> str:
    if not (method.exp_month and method.exp_year):
        return ""
    return reader.say("Expires {month}", month=month_of(method))


def month_of(method: PaymentMethod) -> str:
    """`08/2027`, as it stands on the card."""
    return f"{method.exp_month:02d}/{method.exp_year}"


def expires_before(method: PaymentMethod, moment: datetime) -> bool:
    """Whether a card is no longer valid at *moment*; it is until the end of its month."""
    return expired_at(method.exp_month, method.exp_year, moment)
