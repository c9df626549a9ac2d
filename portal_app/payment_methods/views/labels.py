"""Payment methods as people read them: "Visa ending 4242"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.rules import expires_before
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
    "affirm": "Affirm",
    "alipay": "Alipay",
    "amazon_pay": "Amazon Pay",
    "au_becs_debit": "BECS Direct Debit",
    "bacs_debit": "Bacs Direct Debit",
    "cashapp": "Cash App Pay",
    "klarna": "Klarna",
    "kakao_pay": "Kakao Pay",
    "link": "Link",
    "naver_pay": "Naver Pay",
    "paypal": "PayPal",
    "revolut_pay": "Revolut Pay",
    "sepa_debit": "SEPA Direct Debit",
}
# Kinds that stand for an account elsewhere, and have no number.
_ACCOUNTS: Final = frozenset(_KINDS) - {"au_becs_debit", "bacs_debit", "sepa_debit"}
# Debits that Stripe tells the country of.
_DEBITED: Final = frozenset({"sepa_debit"})
_WALLETS: Final = {
    "amex_express_checkout": "Amex Express Checkout",
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "link": "Link",
    "masterpass": "Masterpass",
    "samsung_pay": "Samsung Pay",
    "visa_checkout": "Visa Checkout",
}
Mark: TypeAlias = Literal["card", "wallet", "bank", "account", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodView:
    """What a charge would use; *label* is empty when there is none on file.

    *mark* is a drawing of ours and says nothing that the words don't; *note* tells those apart that
    have the same name.
    """

    label: str = ""
    mark: Mark = "other"
    note: str = ""
    expiry: str = ""


def method_view(
    reader: Reader, method: PaymentMethod | None, now: datetime | None = None
) -> PaymentMethodView:
    if method is None:
        return PaymentMethodView()
    return PaymentMethodView(
        label=label_of(reader, method),
        mark=mark_of(method),
        note=note_of(reader, method),
        expiry=expiry_of(reader, method, now),
    )


def label_of(reader: Reader, method: PaymentMethod) -> str:
    return method_label(reader, kind=method.kind, brand=method.brand, last4=method.last4)


def mark_of(method: PaymentMethod) -> Mark:
    if method.kind == "card":
        return "wallet" if method.wallet else "card"
    if method.kind in _ACCOUNTS:
        return "account"
    return "bank" if method.last4 else "other"


def note_of(reader: Reader, method: PaymentMethod) -> str:
    """The wallet that a card is in, whose account it is, or where the bank is."""
    if method.wallet:
        return _WALLETS.get(method.wallet, reader.say("Wallet"))
    if method.account:
        return method.account
    if method.kind in _DEBITED and method.country:
        place = reader.country(method.country)
        return reader.say("Bank account in {country}", country=place)
    return ""


def method_label(reader: Reader, *, kind: str, brand: str, last4: str) -> str:
    """Name a method by what people recognise; never more than its last four digits."""
    if kind == "card":
        name = _BRANDS.get(brand) or reader.say("Card")
    elif kind in _KINDS:
        name = _KINDS[kind]
    elif kind == "us_bank_account" and brand:
        name = brand
    else:
        name = reader.say("Bank account") if last4 else reader.say("Payment method")
    return reader.say("{name} ending {last4}", name=name, last4=last4) if last4 else name


def expiry_of(reader: Reader, method: PaymentMethod, now: datetime | None = None) -> str:
    """Without *now* it is not said whether that was before."""
    if not (method.exp_month and method.exp_year):
        return ""
    if now is not None and expires_before(method, now):
        return reader.say("Expired {month}", month=month_of(method))
    return reader.say("Expires {month}", month=month_of(method))


def failure_or_expiry(
    reader: Reader, method: PaymentMethod, now: datetime | None = None, *, failed: bool
) -> str:
    """What to know of it before choosing it; *failed* says that a charge has just failed."""
    return reader.say("Failed last time") if failed else expiry_of(reader, method, now)


def month_of(method: PaymentMethod) -> str:
    """`08/2027`, as it stands on the card."""
    return f"{method.exp_month:02d}/{method.exp_year}"
