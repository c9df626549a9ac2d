"""What the clock will do next, for somebody who is about to move it."""

from collections.abc import Iterator

from portal_app.sandbox.engine import billing, disputes, pause_schedules, phases
from portal_app.sandbox.engine.calendar import month_end
from portal_app.sandbox.engine.world import Obj, World

_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}


def moments(world: World, limit: int) -> list[Obj]:
    """`{"at", "kind", "customer", "email", …}` of the next moments, soonest first."""
    found = [*_subscriptions(world), *_invoices(world), *_cards(world), *_disputes(world)]
    return sorted(found, key=lambda moment: (moment["at"], moment["kind"]))[:limit]


def said(world: World, subscription: Obj) -> Obj:
    """Whose it is and what it costs, for a line about a subscription."""
    items = subscription["items"]["data"]
    prices = [world.objects[item["price"]] for item in items]
    return {
        **whose(world, subscription["customer"]),
        "amount": sum(p["unit_amount"] * i["quantity"] for p, i in zip(prices, items, strict=True)),
        "currency": subscription["currency"],
        "subscription": subscription["id"],
        "title": world.objects[prices[0]["product"]]["name"],
    }


def whose(world: World, customer_id: str | None) -> Obj:
    customer = world.objects.get(customer_id or "", {})
    return {"customer": customer_id, "email": customer.get("email")}


def _subscriptions(world: World) -> Iterator[Obj]:
    for subscription in world.all("subscription"):
        if subscription["status"] in (*billing.ENDED, "incomplete"):
            continue
        line = said(world, subscription)
        yield from ({**line, "at": at, "kind": kind} for kind, at in _dates(world, subscription))


def _dates(world: World, subscription: Obj) -> Iterator[tuple[str, int]]:
    end, cancel_at = billing.period_end(subscription), subscription["cancel_at"]
    if cancel_at:
        yield "ends", cancel_at
    if subscription["status"] != "paused" and not (cancel_at and cancel_at <= end):
        yield "trial_ends" if subscription["status"] == "trialing" else "renews", end
    schedule = world.objects.get(subscription["schedule"] or "")
    if schedule is None:
        return
    if (pause := pause_schedules.due(schedule)) is not None:
        yield "resumes" if subscription["status"] == "paused" else "pauses", pause
    if (phases.current(schedule) or 0) < len(schedule["phases"]) - 1:
        yield "changes", schedule["current_phase"]["end_date"]


def _invoices(world: World) -> Iterator[Obj]:
    for invoice in world.where("invoice", status="open"):
        if at := invoice["next_payment_attempt"]:
            details = (invoice["parent"] or {}).get("subscription_details")
            line = said(world, world.objects[details["subscription"]]) if details else {}
            owed = {"amount": invoice["amount_remaining"], "currency": invoice["currency"]}
            who = whose(world, invoice["customer"])
            yield {
                "title": "",
                "subscription": None,
                **line,
                **who,
                **owed,
                "at": at,
                "kind": "retries",
            }


def _cards(world: World) -> Iterator[Obj]:
    for method in world.where("payment_method", type="card"):
        card = method["card"]
        at = month_end(card["exp_year"], card["exp_month"])
        if method["customer"] and at > world.now:
            yield {
                **whose(world, method["customer"]),
                "amount": None,
                "at": at,
                "currency": None,
                "kind": "card_expires",
                "subscription": None,
                "title": f"{_brand(card['brand'])} {card['last4']}",
            }


def _brand(word: str) -> str:
    return _BRANDS.get(word, word.capitalize())


def _disputes(world: World) -> Iterator[Obj]:
    for dispute in world.all("dispute"):
        if (at := disputes.due(world, dispute)) is not None:
            customer = world.objects[dispute["charge"]]["customer"]
            money = {"amount": dispute["amount"], "currency": dispute["currency"]}
            line = {"subscription": None, "title": "", "at": at, "kind": "dispute_is_due"}
            yield {**whose(world, customer), **money, **line}
