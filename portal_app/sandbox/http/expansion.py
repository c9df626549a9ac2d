"""`expand[]`: ids become objects, and the fields Stripe sends only on request appear."""

from collections.abc import Callable
from typing import Any

from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.presentation import listed, present
from portal_app.sandbox.engine.world import Obj, World

MAX_DEPTH = 4  # docs.stripe.com/api/expanding_objects


def expand(world: World, shown: Obj, paths: list[str]) -> Obj:
    for path in paths:
        segments = path.split(".")
        if len(segments) > MAX_DEPTH:
            raise invalid(
                f"You cannot expand more than 4 levels of a property. Property: {path}",
                param="expand",
            )
        _apply(world, shown, segments, path)
    return shown


def _apply(world: World, node: Any, segments: list[str], path: str) -> None:  # noqa: ANN401 - JSON
    if node is None or not segments:
        return
    if isinstance(node, list):
        for element in node:
            _apply(world, element, segments, path)
        return
    if not isinstance(node, dict):
        raise _refused(path)
    if node.get("deleted"):
        return  # of which Stripe tells no more, whatever is asked for
    name = segments[0]
    if (include := _INCLUDABLE.get((str(node.get("object")), name))) and name not in node:
        node[name] = include(world, world.objects[node["id"]])
    if name not in node:
        raise _refused(path)
    node[name] = _expanded(world, node[name], path, last=len(segments) == 1)
    _apply(world, node[name], segments[1:], path)


def _expanded(world: World, value: Any, path: str, *, last: bool) -> Any:  # noqa: ANN401 - JSON
    """Ids become their objects; what is an object already stays."""
    if isinstance(value, str):
        if value not in world.objects:
            raise _refused(path)
        return present(world, world.objects[value])
    if isinstance(value, list) and all(isinstance(i, str) and i in world.objects for i in value):
        return [present(world, world.objects[i]) for i in value]
    if last and value is not None and not isinstance(value, dict):
        raise _refused(path)
    return value


def _refused(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")


def _payments(world: World, invoice: Obj) -> Obj:
    payments = world.referring("invoice_payment", "invoice", invoice["id"])
    found = [present(world, payment) for payment in payments]
    return listed(found, "/v1/invoice_payments")


def _confirmation_secret(world: World, invoice: Obj) -> Obj | None:
    if invoice["_intent"] is None:
        return None
    secret = world.objects[invoice["_intent"]]["client_secret"]
    return {"client_secret": secret, "type": "payment_intent"}


def _subscriptions(world: World, customer: Obj) -> Obj:
    found = [
        present(world, s)
        for s in world.where("subscription", customer=customer["id"])
        if s["status"] not in ("canceled", "incomplete_expired")
    ]
    return listed(found, f"/v1/customers/{customer['id']}/subscriptions")


def _tax_ids(world: World, customer: Obj) -> Obj:
    found = [present(world, one) for one in world.where("tax_id", customer=customer["id"])]
    return listed(found, f"/v1/customers/{customer['id']}/tax_ids")


def _refunds(world: World, charge: Obj) -> Obj:
    found = [present(world, r) for r in world.where("refund", charge=charge["id"])]
    return listed(found, f"/v1/charges/{charge['id']}/refunds")


def _line_items(world: World, session: Obj) -> Obj:
    found = [present(world, item) for item in session["_items"]]
    return listed(found, f"/v1/checkout/sessions/{session['id']}/line_items")


_INCLUDABLE: dict[tuple[str, str], Callable[[World, Obj], Obj | None]] = {
    ("invoice", "payments"): _payments,
    ("invoice", "confirmation_secret"): _confirmation_secret,
    ("customer", "subscriptions"): _subscriptions,
    ("customer", "tax_ids"): _tax_ids,
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): _line_items,
}
