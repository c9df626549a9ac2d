"""The payment methods page: what is on file, what each pays for, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.rules import expires_before
from portal_app.payment_methods.service import Wallet
from portal_app.payment_methods.views.labels import (
    Mark,
    expiry_of,
    label_of,
    mark_of,
    month_of,
    note_of,
)
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Something that a method pays for; *due* is its next charge, if one is known."""

    method_id: str
    product: str
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRow:
    """One method; *warning* replaces *expiry* where it expires before a charge."""

    id: str = ""
    label: str = ""
    mark: Mark = "other"
    note: str = ""
    expiry: str = ""
    warning: str = ""
    default: bool = False
    pays_for: str = ""
    remove_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletView:
    """One Stripe customer; *title* is empty where there is only one."""

    key: str = ""
    title: str = ""
    methods: list[MethodRow] = field(default_factory=list)
    add_href: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletChoice:
    """One Stripe customer to add to; *note* tells those of one currency apart."""

    title: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletsView:
    """*added* is what was added just now, where *offers* lead to adding it elsewhere too."""

    email: str = ""
    wallets: list[WalletView] = field(default_factory=list)
    added: str = ""
    offers: list[WalletChoice] = field(default_factory=list)


def wallets_view(
    reader: Reader,
    email: str,
    wallets: Sequence[Wallet],
    uses: Collection[Use],
    waiting: Collection[str],
    *,
    now: datetime,
) -> WalletsView:
    """*waiting* are the ids of customers with a change that is not made yet."""
    shown = [wallet for wallet in wallets if wallet.methods or wallet.customer.currency]
    return WalletsView(
        email=email,
        wallets=[
            WalletView(
                key=wallet.customer.id,
                title=billed_in(reader, wallet) if len(shown) > 1 else "",
                methods=[_row(reader, wallet, method, uses, now) for method in wallet.methods],
                add_href=f"/payment-methods/add/?customer={wallet.customer.id}",
                waiting=wallet.customer.id in waiting,
            )
            for wallet in shown
        ],
    )


def billed_in(reader: Reader, wallet: Wallet) -> str:
    """Stripe allows a customer one currency, which is what people know it by."""
    currency = wallet.customer.currency
    if currency is None:
        return reader.say("Not billed yet")
    return reader.say("Billed in {currency}", currency=currency)


def _row(
    reader: Reader, wallet: Wallet, method: PaymentMethod, uses: Collection[Use], now: datetime
) -> MethodRow:
    own = [use for use in uses if use.method_id == method.id]
    return MethodRow(
        id=method.id,
        label=label_of(reader, method),
        mark=mark_of(method),
        note=note_of(reader, method),
        expiry=expiry_of(reader, method, now),
        warning=_warning(reader, method, own, now),
        default=wallet.is_default(method),
        pays_for=pays_for(reader, own),
        remove_href=f"/payment-methods/{method.id}/remove/",
    )


def pays_for(reader: Reader, uses: Iterable[Use]) -> str:
    products = ", ".join(dict.fromkeys(use.product for use in uses))
    return reader.say("Pays for: {products}", products=products) if products else ""


def _warning(reader: Reader, method: PaymentMethod, uses: Iterable[Use], now: datetime) -> str:
    late = [(use.due, use.product) for use in uses if use.due and expires_before(method, use.due)]
    if not late:
        return ""
    due, product = min(late)
    facts = {"month": month_of(method), "date": reader.date(due), "product": product}
    if expires_before(method, now):
        return reader.say("Expired {month}, before the charge on {date} for {product}", **facts)
    return reader.say("Expires {month}, before the charge on {date} for {product}", **facts)
