"""The phases of a subscription schedule: what was asked for becomes dates and settings.

docs.stripe.com/billing/subscriptions/subscription-schedules, "Phases". A phase begins when the
one before it ends.
"""

from typing import Any

from portal_app.sandbox.engine import subscription_items, taxes
from portal_app.sandbox.engine.calendar import boundary
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

MOST = 10  # "You can have up to 10 phases."


def laid_out(world: World, customer: str, given: list[Params], start: int) -> list[Obj]:
    """The phases one after the other from `start`. Raises 400 for dates that leave a gap."""
    if not 1 <= len(given) <= MOST:
        raise invalid("A schedule has between 1 and 10 current and future phases.", param="phases")
    phases: list[Obj] = []
    for number, wanted in enumerate(given):
        param = f"phases[{number}]"
        begins = phases[-1]["end_date"] if phases else start
        asked = world.now if wanted.get("start_date") == "now" else wanted.get("start_date")
        if asked not in (None, begins):
            raise invalid(
                "A phase has to begin when the one before it ends.", param=f"{param}[start_date]"
            )
        phases.append(_phase(world, customer, wanted, begins, param))
    return phases


def _phase(world: World, customer: str, wanted: Params, start: int, param: str) -> Obj:
    items = _items(world, customer, wanted, param)
    currency = world.objects[items[0]["price"]]["currency"]
    if wanted.get("currency", currency) != currency:
        raise invalid(f"The prices of this phase are in {currency}.", param=f"{param}[currency]")
    end = _end(world, wanted, items, start, param)
    phase = _plain(items, currency, start, end)
    for name in ("billing_cycle_anchor", "default_payment_method", "description"):
        phase[name] = wanted.get(name)
    phase.update(
        default_tax_rates=taxes.rates(world, wanted.get("default_tax_rates")),
        discounts=[_discount(world, each, param) for each in wanted.get("discounts") or []],
        metadata=wanted.get("metadata") or {},
        proration_behavior=wanted.get("proration_behavior", "create_prorations"),
        trial_end=_trial_end(world, wanted, start, end, param),
    )
    return phase


def _plain(items: list[Obj], currency: str, start: int, end: int) -> Obj:
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": currency,
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": items,
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": start,
        "transfer_data": None,
        "trial": None,
        "trial_end": None,
    }


def _items(world: World, customer: str, wanted: Params, param: str) -> list[Obj]:
    if not wanted.get("items"):
        raise required(f"{param}[items]")
    items = []
    for number, item in enumerate(wanted["items"]):
        name = f"{param}[items][{number}]"
        price = subscription_items.check_price(world, item.get("price"), f"{name}[price]")
        quantity = subscription_items.check_quantity(item.get("quantity", 1), f"{name}[quantity]")
        items.append(item_of(price["id"], quantity, item.get("metadata") or {}))
    owned = world.objects[customer]["currency"]
    currency = owned or world.objects[items[0]["price"]]["currency"]
    subscription_items.check_together(world, items, currency)
    return items


def item_of(price: str, quantity: int, metadata: dict[str, str]) -> Obj:
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": metadata,
        "plan": price,
        "price": price,
        "quantity": quantity,
        "tax_rates": [],
    }


def _end(world: World, wanted: Params, items: list[Obj], start: int, param: str) -> int:
    """Its date, its duration, or one period of its price."""
    if "end_date" in wanted and "duration" in wanted:
        raise invalid(
            "You may only specify one of `end_date` and `duration`.",
            param=f"{param}[duration]",
            code="parameters_exclusive",
        )
    if "end_date" in wanted:
        end = world.now if wanted["end_date"] == "now" else int(wanted["end_date"])
    else:
        length = wanted.get("duration") or world.objects[items[0]["price"]]["recurring"]
        end = after(start, length)
    if end <= start:
        raise invalid("A phase has to end after it begins.", param=f"{param}[end_date]")
    return end


def after(start: int, length: Params) -> int:
    """`{"interval": "month", "interval_count": 3}` later, by the calendar."""
    return boundary(start, length["interval"], length.get("interval_count", 1), 1)


def _trial_end(world: World, wanted: Params, start: int, end: int, param: str) -> int | None:
    if wanted.get("trial"):
        return end
    trial_end = world.now if wanted.get("trial_end") == "now" else wanted.get("trial_end")
    if trial_end is not None and not start <= trial_end <= end:
        raise invalid("A trial has to end within its phase.", param=f"{param}[trial_end]")
    return trial_end


def _discount(world: World, wanted: Params, param: str) -> Obj:
    kinds = ("coupon", "discount", "promotion_code")
    for kind in kinds:
        if kind in wanted:
            world.get(kind, wanted[kind], param=f"{param}[discounts]")
    return {kind: wanted.get(kind) for kind in kinds}


def current(schedule: Obj) -> int | None:
    """The place of the current phase among the phases; None before the start and after the end."""
    shown = schedule["current_phase"]
    if shown is None:
        return None
    starts = [phase["start_date"] for phase in schedule["phases"]]
    return starts.index(shown["start_date"])


def mirrored(subscription: Obj, start: int, end: int) -> Obj:
    """The phase that says what the subscription is."""
    items = [
        item_of(item["price"], item["quantity"], dict(item["metadata"]))
        for item in subscription["items"]["data"]
    ]
    discounts = [
        {"coupon": None, "discount": discount, "promotion_code": None}
        for discount in subscription["discounts"]
    ]
    trial_end = subscription["trial_end"]
    in_trial = trial_end is not None and start < trial_end <= end
    phase = _plain(items, subscription["currency"], start, end)
    phase.update(
        default_tax_rates=subscription["default_tax_rates"],
        discounts=discounts,
        trial_end=trial_end if in_trial else None,
    )
    return phase
