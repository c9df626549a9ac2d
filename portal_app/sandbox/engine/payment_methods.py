"""Payment methods: test cards and SEPA debits, attached to one customer for good."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from portal_app.sandbox.engine import cards
from portal_app.sandbox.engine.calendar import month_end
from portal_app.sandbox.engine.declines import EXPIRED, Complaint, Decline, TestCard
from portal_app.sandbox.engine.errors import invalid, missing, required
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]

# Years that a card is valid for when its network replaces it.
_RENEWED_FOR = 3
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def create(world: World, params: Params) -> Obj:
    kind = params.get("type") or required_type(params)
    if kind == "card":
        given = params.get("card") or {}
        if token := given.get("token"):
            method = _card(world, _by_token(token, token))
        else:
            for name in ("number", "exp_month", "exp_year"):
                if given.get(name) is None:
                    raise required(f"card[{name}]")
            test_card = cards.by_number(given["number"])
            today = datetime.fromtimestamp(world.now, UTC)
            cards.check_details(given, test_card, year=today.year, month=today.month)
            method = _card(world, test_card, given["exp_month"], given["exp_year"])
    else:
        method = _sepa(world, cards.account((params.get("sepa_debit") or {}).get("iban", "")).iban)
    method["billing_details"].update(_billing(params.get("billing_details") or {}))
    method["metadata"] = merge_metadata({}, params.get("metadata", {}))
    return world.add(method)


def create_from_token(world: World, token: str) -> Obj:
    """An unattached method from a documented `pm_card_…` or `pm_sepaDebit_…` token."""
    if account := cards.account_by_token(token):
        return world.add(_sepa(world, account.iban))
    return world.add(_card(world, _by_token(token, token)))


def is_token(method_id: str) -> bool:
    return method_id.startswith(("pm_card_", "pm_sepaDebit_"))


def required_type(params: Params) -> str:
    if "card" in params:
        return "card"
    raise required("type")


def attach(world: World, method_id: str, customer_id: str) -> Obj:
    """Attaches a created method, or a fresh copy of a documented `pm_card_…` token.

    Raises the 402 of cards that decline when they are saved.
    """
    world.get("customer", customer_id, param="customer")
    if is_token(method_id):
        method = create_from_token(world, method_id)
    else:
        method = world.get("payment_method", method_id, param="payment_method")
    if method["_detached"]:
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was "
            "detached from a Customer, and may not be used again."
        )
    if method["customer"] not in (None, customer_id):
        raise invalid("The payment method you provided has already been attached to a customer.")
    if method["customer"] == customer_id:
        return method
    if method["type"] == "card" and (refusal := cards.by_number(method["_number"]).attach):
        raise refusal.error()
    world.edit(method["id"])["customer"] = customer_id
    world.emit("payment_method.attached", method)
    return method


def detach(world: World, method_id: str) -> Obj:
    method = world.get("payment_method", method_id)
    customer_id = method["customer"]
    if customer_id is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment "
            "is impossible."
        )
    if world.objects[customer_id]["invoice_settings"]["default_payment_method"] == method_id:
        with world.changing(customer_id, "customer.updated") as customer:
            customer["invoice_settings"]["default_payment_method"] = None
    for subscription in world.where("subscription", default_payment_method=method_id):
        with world.changing(subscription["id"], "customer.subscription.updated") as changed:
            changed["default_payment_method"] = None
    with world.changing(method_id) as method:
        method.update(customer=None, _detached=True)
    world.emit("payment_method.detached", method, {"customer": customer_id})
    return method


def update(world: World, method_id: str, params: Params) -> Obj:
    method = world.get("payment_method", method_id)
    if method["customer"] is None:
        raise invalid("You must attach this PaymentMethod to a customer before you can update it.")
    with world.changing(method_id, "payment_method.updated") as method:
        if "metadata" in params:
            method["metadata"] = merge_metadata(method["metadata"], params["metadata"])
        method["billing_details"].update(_billing(params.get("billing_details") or {}))
        if card := params.get("card"):
            merged = {**method["card"], **card}
            today = datetime.fromtimestamp(world.now, UTC)
            test_card = cards.by_number(method["_number"])
            cards.check_details(merged, test_card, year=today.year, month=today.month)
            method["card"].update(card)
    return method


def renew(world: World, method_id: str, exp_month: int | None, exp_year: int | None) -> Obj:
    """The card network tells of a new expiry: three years later unless another one is given.

    docs.stripe.com/payments/cards/overview#automatic-card-updates.
    """
    method = world.get("payment_method", method_id)
    if method["type"] != "card" or method["customer"] is None:
        raise invalid("Only a card that is attached to a customer is updated automatically.")
    card = method["card"]
    month, year = exp_month or card["exp_month"], exp_year or card["exp_year"] + _RENEWED_FOR
    given = {"exp_month": month, "exp_year": year}
    today = datetime.fromtimestamp(world.now, UTC)
    test_card = cards.by_number(method["_number"])
    cards.check_details(given, test_card, year=today.year, month=today.month)
    with world.changing(method_id, "payment_method.automatically_updated") as method:
        method["card"].update(given)
    return method


def outcome(world: World, method: Obj) -> tuple[Decline | None, int]:
    """Why a charge of this method fails now, or None; and after how many seconds that is known."""
    if method["type"] != "card":
        account = cards.account(method["_number"])
        return account.fails, account.delay
    card = method["card"]
    if world.now >= month_end(card["exp_year"], card["exp_month"]):
        return EXPIRED, 0
    return cards.by_number(method["_number"]).charge, 0


def complaint(method: Obj) -> Complaint | None:
    """The dispute that a successful charge of this method leads to."""
    source = cards.by_number if method["type"] == "card" else cards.account
    return source(method["_number"]).dispute


def asks(method: Obj, *, off_session: bool) -> bool:
    """Whether a charge needs the customer to authenticate first."""
    if method["type"] != "card":
        return False
    set_up = bool(method.get("_set_up"))
    return cards.by_number(method["_number"]).asks(off_session=off_session, set_up=set_up)


def _by_token(token: str, given: str) -> TestCard:
    card = cards.by_token(token)
    if card is None:
        raise missing("PaymentMethod", given, param="payment_method")
    return card


def _card(
    world: World, card: TestCard, exp_month: int | None = None, exp_year: int | None = None
) -> Obj:
    details = {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
            **dict.fromkeys(card.fails, "fail"),
        },
        "country": card.country,
        "display_brand": {"amex": "american_express"}.get(card.brand, card.brand),
        "exp_month": exp_month or 12,
        "exp_year": exp_year or datetime.fromtimestamp(world.now, UTC).year + 4,
        "fingerprint": _fingerprint(world, card.number),
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return _method(world, "card", details, card.number)


def _sepa(world: World, iban: str) -> Obj:
    details = {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": _fingerprint(world, iban),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
    return _method(world, "sepa_debit", details, iban)


def _method(world: World, kind: str, details: Obj, number: str) -> Obj:
    return {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(_ADDRESS),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        kind: details,
        "created": world.now,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        # Only documented test numbers reach this line: `cards` refuses every other one.
        "_number": number,
        "_detached": False,
        # Whether the customer has authenticated it once for payments without them.
        "_set_up": False,
    }


def _billing(given: Params) -> Obj:
    billing = dict(given)
    if "address" in billing:
        billing["address"] = {key: (billing["address"] or {}).get(key) for key in _ADDRESS}
    return billing


def _fingerprint(world: World, number: str) -> str:
    return sha256(f"{world.seed}:{number}".encode()).hexdigest()[:16]
