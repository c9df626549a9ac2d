"""Subscriptions with their items, pauses and scheduled changes."""

from __future__ import annotations

from datetime import datetime

from portal_app.provider.facts import ItemFacts, ScheduledChange, SubscriptionFacts
from portal_app.provider.stripe.catalog import read_price
from portal_app.provider.stripe.fields import Fields


def subscription_facts(obj: object) -> SubscriptionFacts:
    sub = Fields(obj, "subscription")
    plan, extras = _plan_and_extras(sub)
    metadata = sub.metadata()
    collection = sub.part_or_none("pause_collection")
    cancellation = sub.part_or_none("cancellation_details")
    pauses_at, resumes_at = _planned(sub)
    return SubscriptionFacts(
        id=sub.text("id"),
        customer_id=sub.ref("customer"),
        status=sub.text("status"),
        plan=plan,
        extras=extras,
        currency=sub.currency(),
        collection_method=sub.text("collection_method"),
        flexible=_is_flexible(sub),
        default_payment_method_id=sub.ref_or_none("default_payment_method"),
        default_source_id=sub.ref_or_none("default_source"),
        latest_invoice_id=sub.ref_or_none("latest_invoice"),
        started_at=sub.moment("start_date"),
        created_at=sub.moment("created"),
        billing_anchor_at=sub.moment("billing_cycle_anchor"),
        trial_start_at=sub.moment_or_none("trial_start"),
        trial_end_at=sub.moment_or_none("trial_end"),
        cancel_at_period_end=sub.flag("cancel_at_period_end"),
        cancel_at=sub.moment_or_none("cancel_at"),
        canceled_at=sub.moment_or_none("canceled_at"),
        ended_at=sub.moment_or_none("ended_at"),
        paused_at=_paused_at(sub),
        pauses_at=pauses_at,
        pause_behavior=collection.text("behavior") if collection else "",
        resumes_at=collection.moment_or_none("resumes_at") if collection else resumes_at,
        cancel_feedback=cancellation.text_or_empty("feedback") if cancellation else "",
        cancel_comment=cancellation.text_or_empty("comment") if cancellation else "",
        cancel_reason=cancellation.text_or_empty("reason") if cancellation else "",
        scheduled=_pending_update(sub) or _next_phase(sub, plan, extras),
        schedule_id=sub.ref_or_none("schedule"),
        discount_ids=sub.refs("discounts"),
        membership_id=metadata.get("portal_membership"),
        metadata=metadata,
        more_phases=bool(_later_phases(sub)),
    )


def _plan_and_extras(sub: Fields) -> tuple[ItemFacts, tuple[ItemFacts, ...]]:
    """The first licensed item is the plan; where all are metered, the first one (design.md §4)."""
    items = [_item(item) for item in sub.parts("items")]
    if not items:
        raise sub.malformed("items")
    at = next((at for at, item in enumerate(items) if not item.price.metered), 0)
    return items[at], tuple(items[:at] + items[at + 1 :])


def _item(item: Fields) -> ItemFacts:
    quantity = item.count_or_none("quantity")  # metered items have none
    return ItemFacts(
        id=item.text("id"),
        price=read_price(item.part("price")),
        quantity=1 if quantity is None else quantity,
        period_start=item.moment("current_period_start"),
        period_end=item.moment("current_period_end"),
    )


def _paused_at(sub: Fields) -> datetime | None:
    """`status_details.paused` may outlive the pause; it counts only while the status says so."""
    details = sub.part_or_none("status_details")
    paused = details.part_or_none("paused") if details else None
    if paused is None or sub.raw("status") != "paused":
        return None
    return paused.moment("transitioned_at")


def _is_flexible(sub: Fields) -> bool:
    """Classic where nothing is said: versions before `billing_mode` knew nothing else."""
    mode = sub.part_or_none("billing_mode")
    return mode is not None and mode.text_or_none("type") == "flexible"


def _planned(sub: Fields) -> tuple[datetime | None, datetime | None]:
    """When the subscription's schedule will pause and resume it, as far as that is to come.

    Known only where the schedule was expanded.
    """
    schedule = sub.expanded_or_none("schedule")
    for entry in schedule.parts_or_none("pause_schedules") if schedule else []:
        pauses_at = _to_come(entry.part_or_none("pause"), "pause_at")
        resumes_at = _to_come(entry.part_or_none("resume"), "resume_at")
        if pauses_at is not None or sub.raw("status") == "paused":
            return pauses_at, resumes_at
    return None, None


def _to_come(part: Fields | None, name: str) -> datetime | None:
    if part is None or part.part("status").text("type") != "scheduled":
        return None
    return part.moment(name)


def _pending_update(sub: Fields) -> ScheduledChange | None:
    """A change that takes effect when its invoice is paid, and lapses otherwise."""
    pending = sub.part_or_none("pending_update")
    items = pending.parts_or_none("subscription_items") if pending else []
    if pending is None or not items:
        return None
    return ScheduledChange(
        price_id=items[0].ref("price"),
        quantity=items[0].count_or_none("quantity") or 1,
        expires_at=pending.moment("expires_at"),
    )


def _next_phase(
    sub: Fields, plan: ItemFacts, extras: tuple[ItemFacts, ...]
) -> ScheduledChange | None:
    """The first later phase of the subscription's schedule that has another plan or quantity.

    Known only where the schedule was expanded.
    """
    beside = {item.price.id for item in extras}
    for phase in _later_phases(sub):
        items = [
            (item.ref("price"), item.count_or_none("quantity") or 1)
            for item in phase.parts("items")
        ]
        if not items or (plan.price.id, plan.quantity) in items:
            continue
        # Phases name prices only: what stands beside the plan now is not what follows it.
        follows = [one for one in items if one[0] == plan.price.id]
        follows += [one for one in items if one[0] not in beside]
        price_id, quantity = (follows or items)[0]
        takes_effect_at = phase.moment("start_date")
        return ScheduledChange(
            price_id=price_id, quantity=quantity, takes_effect_at=takes_effect_at
        )
    return None


def _later_phases(sub: Fields) -> list[Fields]:
    schedule = sub.expanded_or_none("schedule")
    current = schedule.part_or_none("current_phase") if schedule else None
    if schedule is None or current is None:
        return []
    end = current.moment("end_date")
    return [phase for phase in schedule.parts("phases") if phase.moment("start_date") >= end]
