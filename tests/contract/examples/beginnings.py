"""Subscriptions that begin: on their own, where another one ends, with the customer there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal_app.provider.handover import NewSubscription
from tests.contract.examples.subscriptions import at
from tests.contract.registry import Case, example
from tests.contract.scene import DAY, START, Scene


def new(scene: Scene, **over: Any) -> NewSubscription:
    customer = scene.customer()
    given = {"items": ((scene.price(), 2),), "metadata": {"portal_intent": scene.mark}, **over}
    return NewSubscription(customer_id=customer, method_id=scene.attach(customer), **given)


NEEDED = frozenset({"customer", "items[0][price]"})


@example("create_subscription")
def create(scene: Scene) -> Case:
    wanted = new(scene, coupon_ids=(scene.coupon(),), tax_rate_ids=(scene.tax_rate(),))
    return Case(
        lambda w, key: w.create_subscription(wanted, key=key),
        lambda facts: facts.status == "active" and facts.plan.quantity == 2,
        needs=NEEDED,
    )


@example("create_subscription", "from a date on")
def create_later(scene: Scene) -> Case:
    begins = at(START + 10 * DAY)
    wanted = new(scene, starts_at=begins)
    return Case(
        lambda w, key: w.create_subscription(wanted, key=key),
        lambda facts: facts.billing_anchor_at == begins == facts.plan.period_end,
        needs=NEEDED,
    )


@example("create_subscription", "from a day of the month on")
def create_by_day(scene: Scene) -> Case:
    leap_day = 1709208000  # 2024-02-29 12:00 UTC, the 31st of a short month
    wanted = new(scene, starts_at=at(leap_day), anchor_day=30)
    return Case(
        lambda w, key: w.create_subscription(wanted, key=key),
        lambda facts: facts.plan.period_end == at(leap_day),
        needs=NEEDED,
    )


@example("create_subscription", "that goes on with a trial")
def create_in_trial(scene: Scene) -> Case:
    ends = at(START + 5 * DAY)
    wanted = new(scene, trial_ends_at=ends)
    return Case(
        lambda w, key: w.create_subscription(wanted, key=key),
        lambda facts: (facts.status, facts.trial_end_at) == ("trialing", ends),
        needs=NEEDED,
    )


@example("begin_subscription")
def begin(scene: Scene) -> Case:
    customer = scene.customer()
    asking = scene.attach(customer, "pm_card_authenticationRequired")
    wanted = replace(new(scene), customer_id=customer, method_id=asking)
    return Case(
        lambda w, key: w.begin_subscription(wanted, key=key),
        lambda facts: facts.status == "incomplete" and facts.latest_invoice_id,
        needs=NEEDED,
    )


@example("preview_new")
def preview_new(scene: Scene) -> Case:
    wanted = new(scene, coupon_ids=(scene.coupon(),), tax_rate_ids=(scene.tax_rate(),))
    return Case(
        lambda w, _key: w.preview_new(wanted),
        lambda facts: facts.discount.minor == 1450 and facts.tax.minor > 0,
        needs=frozenset({"customer", "subscription_details[items][0][price]"}),
    )


@example("find_subscription")
def find(scene: Scene) -> Case:
    customer = scene.customer()
    scene.subscribe(customer)
    made = scene.subscribe(customer, metadata={"portal_intent": scene.mark}).id
    scene.subscribe(customer)
    return Case(
        lambda w, _key: w.find_subscription(customer, scene.mark),
        lambda facts: facts.id == made,
    )
