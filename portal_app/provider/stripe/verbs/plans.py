"""Plan, quantity and discounts of a subscription: changed, arranged for later, previewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from portal_app.provider.answers import PromotionFacts
from portal_app.provider.changing import LaterPlan, PlanChange
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.promotions import promotion_facts
from portal_app.provider.stripe.verbs.posting import Posting, unix
from portal_app.provider.stripe_objects import named

# docs.stripe.com/api/subscription_schedules/release: only these can be released.
_LIVE_SCHEDULES: Final = frozenset({"not_started", "active"})
_SCHEDULES: Final = "/v1/subscription_schedules"


class PlanVerbs(Posting):
    """`PlanWriter`."""

    async def change_plan(
        self, subscription_id: str, change: PlanChange, *, key: str
    ) -> SubscriptionFacts:
        behavior = "pending_if_incomplete" if change.only_when_paid else "allow_incomplete"
        params = {**_change_params(change), "payment_behavior": behavior}
        if change.discount_ids and not change.only_when_paid:
            # A change that waits for its payment may not touch discounts; they stay by themselves.
            params["discounts"] = _discounts(kept=change.discount_ids)
        return await self._subscription_after(subscription_id, params, key)

    async def preview_change(self, subscription_id: str, change: PlanChange) -> InvoiceFacts:
        details = _change_params(change)
        return await self._preview(
            {"subscription": subscription_id, "subscription_details": details}
        )

    async def schedule_change(
        self, subscription_id: str, wanted: LaterPlan, *, key: str
    ) -> SubscriptionFacts:
        """Two calls, as a schedule made from a subscription takes nothing else at first.

        docs.stripe.com/billing/subscriptions/subscription-schedules, "Add a schedule to an existing
        subscription". One that is there already is written over.
        """
        before = await self.subscription(subscription_id)
        later = before.scheduled
        if later and (later.price_id, later.quantity) == (wanted.price_id, wanted.quantity):
            return before
        if before.schedule_id is None:
            made = await self._post(_SCHEDULES, {"from_subscription": before.id}, f"{key}/1")
        else:
            made = await self._one(f"{_SCHEDULES}/{named(before.schedule_id)}")
        schedule = Fields(made, "subscription_schedule")
        params = {
            "end_behavior": "release",
            "phases": _phases(schedule, wanted, before.plan.period_end),
            "proration_behavior": "none",
        }
        await self._post(f"{_SCHEDULES}/{named(schedule.text('id'))}", params, f"{key}/2")
        return await self.subscription(subscription_id)

    async def release_schedule(self, schedule_id: str, *, key: str) -> None:
        path = f"{_SCHEDULES}/{named(schedule_id)}"
        try:
            await self._post(f"{path}/release", {}, key)
        except RefusedByProvider:
            schedule = Fields(await self._one(path), "subscription_schedule")
            if schedule.text("status") in _LIVE_SCHEDULES:
                raise

    async def set_discounts(
        self,
        subscription_id: str,
        *,
        kept: Sequence[str] = (),
        coupons: Sequence[str] = (),
        promotions: Sequence[str] = (),
        key: str,
    ) -> SubscriptionFacts:
        discounts = _discounts(kept=kept, coupons=coupons, promotions=promotions)
        # An empty list can't be said in a form; Stripe takes the empty text for it.
        return await self._subscription_after(subscription_id, {"discounts": discounts or ""}, key)

    async def preview_discounts(
        self, subscription_id: str, *, kept: Sequence[str], promotions: Sequence[str]
    ) -> InvoiceFacts:
        discounts = _discounts(kept=kept, promotions=promotions)
        return await self._preview({"subscription": subscription_id, "discounts": discounts})

    async def running_promotions(self, subscription_id: str) -> tuple[str, ...]:
        found = await self._one(f"/v1/subscriptions/{named(subscription_id)}", "discounts")
        running = Fields(found, "subscription").parts_or_none("discounts")
        codes = [discount.ref_or_none("promotion_code") for discount in running]
        return tuple(code for code in codes if code)

    async def find_promotion(self, code: str) -> PromotionFacts | None:
        listed = await self._reader.get(
            "/v1/promotion_codes",
            {"code": code, "active": True, "limit": 1, "expand": ["data.promotion.coupon"]},
        )
        found = Fields(listed, "list").raw("data")
        return promotion_facts(found[0]) if isinstance(found, list) and found else None


def _change_params(change: PlanChange) -> dict[str, Any]:
    """What preview and commit have in common."""
    item = {"id": change.item_id, "price": change.price_id, "quantity": change.quantity}
    at = {"proration_date": unix(change.prorated_at)} if change.prorated_at else {}
    return {"items": [item], "proration_behavior": change.prorations, **at}


def _discounts(
    *, kept: Iterable[str] = (), coupons: Iterable[str] = (), promotions: Iterable[str] = ()
) -> list[dict[str, str]]:
    """Those that run already are named again: what is not named ends."""
    return [
        *({"discount": one} for one in kept),
        *({"coupon": one} for one in coupons),
        *({"promotion_code": one} for one in promotions),
    ]


def _phases(schedule: Fields, wanted: LaterPlan, at: datetime) -> list[dict[str, Any]]:
    """The current phase up to *at*, and what is wanted from then on for one period."""
    current = _current(schedule)
    kept = _kept(current)
    sold = current.parts("items")
    items = [_phase_item(item) for item in sold]
    rates = _own_rates(sold[0]) if sold else {}
    length = {"interval": wanted.interval.value, "interval_count": wanted.interval_count}
    return [
        {
            **kept,
            "items": items,
            "start_date": unix(current.moment("start_date")),
            "end_date": unix(at),
        },
        {
            **kept,
            "items": [{"price": wanted.price_id, "quantity": wanted.quantity, **rates}],
            "start_date": unix(at),
            "duration": length,
        },
    ]


def _current(schedule: Fields) -> Fields:
    start = schedule.part("current_phase").whole("start_date")
    for phase in schedule.parts("phases"):
        if phase.whole("start_date") == start:
            return phase
    raise schedule.malformed("current_phase")


def _kept(phase: Fields) -> Mapping[str, Any]:
    """What both phases have: left out, Stripe would take it away."""
    discounts = [_same_discount(one) for one in phase.parts_or_none("discounts")]
    rates = list(phase.refs("default_tax_rates"))
    return {
        "proration_behavior": "none",
        **({"discounts": discounts} if discounts else {}),
        **({"default_tax_rates": rates} if rates else {}),
    }


def _same_discount(given: Fields) -> dict[str, str]:
    for kind in ("discount", "promotion_code", "coupon"):
        if one := given.ref_or_none(kind):
            return {kind: one}
    raise given.malformed("discount")


def _phase_item(item: Fields) -> dict[str, Any]:
    quantity = item.count_or_none("quantity")
    count = {} if quantity is None else {"quantity": quantity}
    return {"price": item.ref("price"), **count, **_own_rates(item)}


def _own_rates(item: Fields) -> dict[str, list[str]]:
    """An item taxed by rates of its own goes on being so, also as another plan."""
    rates = list(item.refs("tax_rates"))
    return {"tax_rates": rates} if rates else {}
