"""The page that adds a payment method, as plain text."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import Wallet
from portal_app.payment_methods.views.labels import label_of
from portal_app.payment_methods.views.wallets import WalletChoice, billed_in
from portal_app.ui.reader import Reader

HERE = "/payment-methods/add/"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseChoice:
    """A membership that could be charged to the new method."""

    member_id: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMethodView:
    """*everywhere* is the label of the tick, empty where nothing could move to the new method.

    *uses* are what can be picked instead; none where there is only one. *product* is what the
    method is added for, and *back* where that leads. With *then_pay* it is added to pay something
    now, and moves nothing by itself; with *then_accept* to take something over.
    """

    title: str = ""
    product: str = ""
    then_pay: bool = False
    then_accept: bool = False
    everywhere: str = ""
    uses: list[UseChoice] = field(default_factory=list)
    back: str = "/payment-methods/"


def add_href(
    customer_id: str, member_id: str = "", *, then_pay: bool = False, transfer: str = ""
) -> str:
    """The page's address for one customer, and for one of its memberships.

    With *then_pay* it leads on to where that membership is paid, with the token of a *transfer* to
    where that is accepted.
    """
    given = {
        "customer": customer_id,
        "member": member_id,
        "then": "pay" if then_pay else "",
        "transfer": transfer,
    }
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


def further_choices(
    reader: Reader, method: PaymentMethod, wallets: Iterable[Wallet], charged: Container[str]
) -> list[WalletChoice]:
    """Where else the card that *method* is could be used, once it is entered there again.

    *charged* are the ids of customers with something to pay. An account for one currency's debits
    is of no use in another.
    """
    if method.kind != "card":
        return []
    return [
        WalletChoice(title=_also(reader, wallet), href=add_href(wallet.customer.id))
        for wallet in wallets
        if wallet.customer.currency
        and wallet.customer.id in charged
        and wallet.customer.id != method.customer_id
        and not any(_is_same(one, method) for one in wallet.methods)
    ]


def _is_same(one: PaymentMethod, other: PaymentMethod) -> bool:
    """Stripe's fingerprint is the same for every customer of an account."""
    return one.kind == other.kind and bool(one.fingerprint) and one.fingerprint == other.fingerprint


def _also(reader: Reader, wallet: Wallet) -> str:
    currency = wallet.customer.currency
    return reader.say("Add it for what is billed in {currency} too", currency=currency)


def add_method_view(
    reader: Reader,
    wallet: Wallet,
    uses: Sequence[UseChoice],
    *,
    alone: bool,
    product: str = "",
    back: str = "",
    then_pay: bool = False,
    then_accept: bool = False,
) -> AddMethodView:
    """*uses* are what is charged here, *alone* says that the person has no other customer."""
    moves = not (then_pay or then_accept)
    return AddMethodView(
        title="" if alone else billed_in(reader, wallet),
        product=product,
        then_pay=then_pay,
        then_accept=then_accept,
        everywhere=_everywhere(reader, wallet, alone=alone) if uses and moves else "",
        uses=list(uses) if len(uses) > 1 and moves else [],
        back=back or AddMethodView().back,
    )


def _everywhere(reader: Reader, wallet: Wallet, *, alone: bool) -> str:
    currency = wallet.customer.currency
    if alone or currency is None:
        return reader.say("Use it for all my memberships")
    return reader.say("Use it for all my memberships billed in {currency}", currency=currency)
