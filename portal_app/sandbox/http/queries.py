"""The reading routes: lists with their filters, and the two small ones beside them."""

from typing import Any

from portal_app.sandbox.engine import billing
from portal_app.sandbox.engine.errors import missing, required
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.listing import Keep, created_within, page

Params = dict[str, Any]


def account(_world: World, _params: Params) -> Obj:
    return {
        "id": "acct_1Sandbox00000000",
        "object": "account",
        "business_profile": {"name": "Sandbox", "support_email": None, "url": None},
        "business_type": "company",
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def _list(
    world: World, kind: str, params: Params, url: str, *fields: str, keep: Keep | None = None
) -> Obj:
    """Objects whose named fields equal the given parameters, within `created`."""
    within = created_within(params)
    wanted = {name: params[name] for name in fields if name in params}

    def fits(obj: Obj) -> bool:
        return (
            all(obj[name] == value for name, value in wanted.items())
            and within(obj)
            and not obj.get("deleted")
            and (keep is None or keep(obj))
        )

    customer = wanted.get("customer")
    found = world.referring(kind, "customer", customer) if customer else world.newest(kind)
    return page(world, found, params, url, kind=kind, keep=fits)


def customers(world: World, params: Params) -> Obj:
    on_clock = _on_clock(params)
    return _list(world, "customer", params, "/v1/customers", "email", keep=on_clock)


def _on_clock(params: Params) -> Keep:
    """Lists of the whole account leave out what stands on a test clock, unless they name it."""
    clock = params.get("test_clock")
    return lambda obj: bool(obj["test_clock"] == clock)


def test_clocks(world: World, params: Params) -> Obj:
    return _list(world, "test_helpers.test_clock", params, "/v1/test_helpers/test_clocks")


def subscription_schedules(world: World, params: Params) -> Obj:
    moments = ("canceled_at", "completed_at", "released_at")
    within = [created_within(params, name) for name in moments]
    scheduled = params.get("scheduled", False)

    def keep(obj: Obj) -> bool:
        waits = not scheduled or obj["status"] == "not_started"
        return waits and all(fits(obj) for fits in within)

    url = "/v1/subscription_schedules"
    return _list(world, "subscription_schedule", params, url, "customer", keep=keep)


def disputes(world: World, params: Params) -> Obj:
    return _list(world, "dispute", params, "/v1/disputes", "charge", "payment_intent")


def balance_transactions(world: World, customer_id: str, params: Params) -> Obj:
    world.get("customer", customer_id)
    url = f"/v1/customers/{customer_id}/balance_transactions"
    given = {**params, "customer": customer_id}
    return _list(world, "customer_balance_transaction", given, url, "customer", "invoice")


def coupons(world: World, params: Params) -> Obj:
    return _list(world, "coupon", params, "/v1/coupons")


def promotion_codes(world: World, params: Params) -> Obj:
    code, coupon = params.get("code", "").lower(), params.get("coupon")

    def keep(obj: Obj) -> bool:
        fits = coupon is None or obj["promotion"]["coupon"] == coupon
        return fits and code in ("", obj["code"].lower())

    names = ("active", "customer")
    return _list(world, "promotion_code", params, "/v1/promotion_codes", *names, keep=keep)


def tax_rates(world: World, params: Params) -> Obj:
    return _list(world, "tax_rate", params, "/v1/tax_rates", "active", "inclusive")


def tax_ids(world: World, customer_id: str, params: Params) -> Obj:
    world.get("customer", customer_id)
    url = f"/v1/customers/{customer_id}/tax_ids"
    return _list(world, "tax_id", {**params, "customer": customer_id}, url, "customer")


def products(world: World, params: Params) -> Obj:
    ids = params.get("ids")
    keep = (lambda obj: obj["id"] in ids) if ids else None
    return _list(world, "product", params, "/v1/products", "active", keep=keep)


def prices(world: World, params: Params) -> Obj:
    keys = params.get("lookup_keys")
    keep = (lambda obj: obj["lookup_key"] in keys) if keys else None
    names = ("active", "currency", "product", "type")
    return _list(world, "price", params, "/v1/prices", *names, keep=keep)


def methods(world: World, params: Params) -> Obj:
    names = ("customer", "type")
    return _list(
        world,
        "payment_method",
        params,
        "/v1/payment_methods",
        *names,
        keep=lambda obj: obj["customer"] is not None,
    )


def customer_methods(world: World, customer_id: str, params: Params) -> Obj:
    world.get("customer", customer_id)
    url = f"/v1/customers/{customer_id}/payment_methods"
    given = {**params, "customer": customer_id}
    return _list(world, "payment_method", given, url, "customer", "type")


def customer_method(world: World, customer_id: str, method_id: str, _params: Params) -> Obj:
    world.get("customer", customer_id)
    method = world.get("payment_method", method_id)
    if method["customer"] != customer_id:
        raise missing("PaymentMethod", method_id)
    return method


def subscriptions(world: World, params: Params) -> Obj:
    """Without a status, everything that has not been canceled, as at Stripe."""
    status, price = params.get("status"), params.get("price")
    on_clock = _on_clock(params) if "customer" not in params else None

    def keep(obj: Obj) -> bool:
        if on_clock and not on_clock(obj):
            return False
        if price and all(item["price"] != price for item in obj["items"]["data"]):
            return False
        if status is None:
            return bool(obj["status"] != "canceled")
        if status == "ended":
            return obj["status"] in billing.ENDED
        return status in ("all", obj["status"])

    names = ("customer", "collection_method")
    return _list(world, "subscription", params, "/v1/subscriptions", *names, keep=keep)


def subscription_items(world: World, params: Params) -> Obj:
    if "subscription" not in params:
        raise required("subscription")
    subscription = world.get("subscription", params["subscription"], param="subscription")
    return page(world, subscription["items"]["data"], params, "/v1/subscription_items")


def invoices(world: World, params: Params) -> Obj:
    subscription = params.get("subscription")

    def keep(obj: Obj) -> bool:
        details = (obj["parent"] or {}).get("subscription_details") or {}
        return subscription is None or details.get("subscription") == subscription

    names = ("customer", "status", "collection_method")
    return _list(world, "invoice", params, "/v1/invoices", *names, keep=keep)


def invoice_lines(world: World, invoice_id: str, params: Params) -> Obj:
    lines = world.get("invoice", invoice_id)["lines"]["data"]
    return page(world, lines, params, f"/v1/invoices/{invoice_id}/lines", kind="line_item")


def invoice_items(world: World, params: Params) -> Obj:
    pending = params.get("pending")

    def keep(obj: Obj) -> bool:
        return pending is None or (obj["invoice"] is None) is pending

    return _list(world, "invoiceitem", params, "/v1/invoiceitems", "customer", "invoice", keep=keep)


def invoice_payments(world: World, params: Params) -> Obj:
    intent = (params.get("payment") or {}).get("payment_intent")
    keep = (lambda obj: obj["payment"]["payment_intent"] == intent) if intent else None
    names = ("invoice", "status")
    return _list(world, "invoice_payment", params, "/v1/invoice_payments", *names, keep=keep)


def payment_intents(world: World, params: Params) -> Obj:
    return _list(world, "payment_intent", params, "/v1/payment_intents", "customer")


def setup_intents(world: World, params: Params) -> Obj:
    names = ("customer", "payment_method")
    return _list(world, "setup_intent", params, "/v1/setup_intents", *names)


def charges(world: World, params: Params) -> Obj:
    return _list(world, "charge", params, "/v1/charges", "customer", "payment_intent")


def refunds(world: World, params: Params) -> Obj:
    return _list(world, "refund", params, "/v1/refunds", "charge", "payment_intent")


def checkout_sessions(world: World, params: Params) -> Obj:
    names = ("customer", "payment_intent", "status")
    return _list(world, "checkout.session", params, "/v1/checkout/sessions", *names)


def line_items(world: World, session_id: str, params: Params) -> Obj:
    items = world.get("checkout.session", session_id)["_items"]
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    return page(world, items, params, url, kind="item")


def events(world: World, params: Params) -> Obj:
    types = set(params.get("types", ())) | ({params["type"]} if "type" in params else set())

    def keep(obj: Obj) -> bool:
        # A trailing star takes a family: "invoice.*".
        return not types or any(
            obj["type"] == name or (name.endswith("*") and obj["type"].startswith(name[:-1]))
            for name in types
        )

    return _list(world, "event", params, "/v1/events", keep=keep)


def webhook_endpoints(world: World, params: Params) -> Obj:
    return _list(world, "webhook_endpoint", params, "/v1/webhook_endpoints")
