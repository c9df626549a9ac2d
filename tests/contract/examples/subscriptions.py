"""Subscriptions: cancelling, pausing, changing, beginning again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal_app.catalog.models import Interval
from portal_app.provider.changing import LaterPlan, PlanChange
from tests.contract.registry import Case, example
from tests.contract.scene import DAY, START, Scene


def at(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def change_of(scene: Scene, sub: Any, **over: Any) -> PlanChange:
    item = sub["items"].data[0].id
    given = {"item_id": item, "price_id": scene.price(5900), "quantity": 1, **over}
    return PlanChange(prorated_at=at(START), **given)


@example("set_subscription_payment_method")
def own_method(scene: Scene) -> Case:
    customer = scene.customer()
    sub, method = scene.subscribe(customer).id, scene.attach(customer)
    return Case(
        lambda w, key: w.set_subscription_payment_method(sub, method, key=key),
        lambda facts: facts.default_payment_method_id == method,
    )


@example("cancel_at_period_end")
def cancel_later(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, key: w.cancel_at_period_end(
            sub, feedback="too_expensive", comment="see you", key=key
        ),
        lambda facts: (
            (facts.cancel_at_period_end, facts.status) == (True, "active")
            and (facts.cancel_feedback, facts.cancel_comment) == ("too_expensive", "see you")
        ),
    )


@example("keep_subscription")
def keep(scene: Scene) -> Case:
    sub = scene.subscribe(cancel_at_period_end=True).id
    return Case(
        lambda w, key: w.keep_subscription(sub, key=key),
        lambda facts: facts.cancel_at_period_end is False and facts.cancel_at is None,
    )


@example("cancel_subscription")
def cancel_now(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, key: w.cancel_subscription(
            sub, prorate=True, invoice_now=True, feedback="unused", comment="bye", key=key
        ),
        lambda facts: facts.status == "canceled" and facts.ended_at is not None,
    )


@example("change_plan")
def change_when_paid(scene: Scene) -> Case:
    sub = scene.subscribe()
    change = change_of(scene, sub)
    return Case(
        lambda w, key: w.change_plan(sub.id, change, key=key),
        lambda facts: facts.plan.price.id == change.price_id and facts.scheduled is None,
    )


@example("change_plan", "that keeps a discount")
def change_with_discount(scene: Scene) -> Case:
    sub = scene.subscribe(discounts=[{"coupon": scene.coupon()}])
    [kept] = [str(one) for one in sub.discounts]
    change = change_of(
        scene, sub, quantity=2, only_when_paid=False, discount_ids=(kept,), prorations="none"
    )
    return Case(
        lambda w, key: w.change_plan(sub.id, change, key=key),
        lambda facts: facts.plan.quantity == 2 and len(facts.discount_ids) == 1,
    )


@example("set_discounts")
def set_discounts(scene: Scene) -> Case:
    sub = scene.subscribe(discounts=[{"coupon": scene.coupon()}])
    [kept] = [str(one) for one in sub.discounts]
    coupon, promotion = scene.coupon(), scene.promotion().id
    return Case(
        lambda w, key: w.set_discounts(
            sub.id, kept=[kept], coupons=[coupon], promotions=[promotion], key=key
        ),
        lambda facts: len(facts.discount_ids) == 3 and kept in facts.discount_ids,
    )


@example("set_discounts", "to none")
def take_discounts(scene: Scene) -> Case:
    sub = scene.subscribe(discounts=[{"coupon": scene.coupon()}])
    return Case(
        lambda w, key: w.set_discounts(sub.id, key=key), lambda facts: not facts.discount_ids
    )


@example("running_coupons")
def running_coupons(scene: Scene) -> Case:
    coupon = scene.coupon()
    sub = scene.subscribe(discounts=[{"coupon": coupon}])
    return Case(
        lambda w, _key: w.running_coupons(sub.id), lambda found: list(found.values()) == [coupon]
    )


@example("preview_discounts")
def preview_discounts(scene: Scene) -> Case:
    sub = scene.subscribe(discounts=[{"coupon": scene.coupon()}])
    [kept] = [str(one) for one in sub.discounts]
    promotion = scene.promotion().id
    return Case(
        lambda w, _key: w.preview_discounts(sub.id, kept=[kept], promotions=[promotion]),
        lambda facts: facts.discount.minor == 2900 - 1631,
    )


@example("running_promotions")
def running_promotions(scene: Scene) -> Case:
    promotion = scene.promotion().id
    given = [{"coupon": scene.coupon()}, {"promotion_code": promotion}]
    sub = scene.subscribe(discounts=given).id
    return Case(lambda w, _key: w.running_promotions(sub), lambda answer: answer == (promotion,))


def later(scene: Scene, **over: Any) -> LaterPlan:
    given = {"price_id": scene.price(1900), "quantity": 1, **over}
    return LaterPlan(interval=Interval.MONTH, interval_count=1, **given)


@example("schedule_change")
def schedule_change(scene: Scene) -> Case:
    sub, wanted = scene.subscribe().id, later(scene)
    return Case(
        lambda w, key: w.schedule_change(sub, wanted, key=key),
        lambda facts: (
            (facts.scheduled.price_id, facts.scheduled.takes_effect_at)
            == (wanted.price_id, facts.plan.period_end)
            and facts.plan.price.id != wanted.price_id
        ),
        needs=frozenset({"from_subscription"}),
    )


@example("schedule_change", "in the place of another, with a discount and a tax")
def reschedule_change(scene: Scene) -> Case:
    sub = scene.subscribe(
        discounts=[{"coupon": scene.coupon()}], default_tax_rates=[scene.tax_rate()]
    ).id
    scene.v1.subscription_schedules.create({"from_subscription": sub})
    wanted = later(scene, quantity=3)
    return Case(
        lambda w, key: w.schedule_change(sub, wanted, key=key),
        lambda facts: facts.scheduled.quantity == 3 and len(facts.discount_ids) == 1,
    )


@example("extend_period")
def extend_period(scene: Scene) -> Case:
    sub = scene.subscribe().id
    until = at(START + 40 * DAY)
    return Case(
        lambda w, key: w.extend_period(sub, until, key=key),
        lambda facts: (facts.trial_end_at, facts.plan.period_end) == (until, until),
    )


@example("set_metadata")
def set_metadata(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, key: w.set_metadata(sub, {"portal_membership": "mem_1"}, key=key),
        lambda facts: facts.membership_id == "mem_1",
    )


@example("release_schedule")
def release(scene: Scene) -> Case:
    sub = scene.subscribe().id
    schedules = scene.v1.subscription_schedules
    schedule = schedules.create({"from_subscription": sub}).id
    return Case(
        lambda w, key: w.release_schedule(schedule, key=key),
        lambda _none: schedules.retrieve(schedule).status == "released",
    )
