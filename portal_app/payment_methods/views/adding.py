"""The page that adds a payment method, as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from portal_app.payment_methods.service import Wallet
from portal_app.payment_methods.views.labels import label_of
from portal_app.payment_methods.views.wallets import billed_in
from portal_app.ui.reader import Reader

HERE = "/payment-methods/add/"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletChoice:
    """One Stripe customer to add to; *note* tells those of one currency apart."""

    title: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMethodView:
    """*everywhere* is the label of the tick, empty where nothing could move to the new method.

    *product* is what the method is added for, and *back* where that leads. With *then_pay* it is
    added to pay something now, and moves nothing by itself.
    """

    title: str = ""
    product: str = ""
    then_pay: bool = False
    everywhere: str = ""
    back: str = "/payment-methods/"


def add_href(customer_id: str, member_id: str = "", *, then_pay: bool = False) -> str:
    """The page's address for one customer, and for one of its memberships.

    With *then_pay* it leads on to where that membership is paid.
    """
    given = {"customer": customer_id, "member": member_id, "then": "pay" if then_pay else ""}
    return f"{HERE}?{urlencode({name: value for name, value in given.items() if value})}"


def wallet_choices(reader: Reader, wallets: Sequence[Wallet]) -> list[WalletChoice]:
    return [
        WalletChoice(
            title=billed_in(reader, wallet),
            note=label_of(reader, wallet.methods[0]) if wallet.methods else "",
            href=add_href(wallet.customer.id),
        )
        for wallet in wallets
    ]


def add_method_view(
    reader: Reader,
    wallet: Wallet,
    *,
    alone: bool,
    used: bool,
    product: str = "",
    back: str = "",
    then_pay: bool = False,
) -> AddMethodView:
    """*alone* when the person has no other customer, *used* when something is charged here."""
    return AddMethodView(
        title="" if alone else billed_in(reader, wallet),
        product=product,
        then_pay=then_pay,
        everywhere=_everywhere(reader, wallet, alone=alone) if used and not then_pay else "",
        back=back or AddMethodView().back,
    )


def _everywhere(reader: Reader, wallet: Wallet, *, alone: bool) -> str:
    currency = wallet.customer.currency
    if alone or currency is None:
        return reader.say("Use it for all my memberships")
    return reader.say("Use it for all my memberships billed in {currency}", currency=currency)
