"""Pure: what happened to a membership, read from Stripe's facts before and after.

Payments (renewed, payment_failed, recovered) are told by invoices instead, in `billing.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from portal_app.memberships.models import Membership

UNSTARTED: Final = frozenset({"incomplete", "incomplete_expired"})
OVER: Final = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the history to be; *before* and *after* hold ids and plain JSON values."""

    kind: str
    at: datetime
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a membership the history is about."""

    status: str
    plan_id: str
    quantity: int
    started_at: datetime
    period_end: datetime | None
    trial_end_at: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    pause_behavior: str
    paused_at: datetime | None
    pauses_at: datetime | None
    resumes_at: datetime | None
    payment_method: str | None
    scheduled: Mapping[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def canceling(self) -> bool:
        return not self.over and (self.cancel_at_period_end or self.cancel_at is not None)

    @property
    def paused(self) -> bool:
        return not self.over and (self.status == "paused" or bool(self.pause_behavior))


def standing_of(row: Membership) -> Standing:
    return Standing(
        status=row.stripe_status,
        plan_id=row.plan_id,
        quantity=row.quantity,
        started_at=row.started_at,
        period_end=row.current_period_end,
        trial_end_at=row.trial_end_at,
        cancel_at_period_end=row.cancel_at_period_end,
        cancel_at=row.cancel_at,
        canceled_at=row.canceled_at,
        ended_at=row.ended_at,
        pause_behavior=row.pause_behavior,
        paused_at=row.paused_at,
        pauses_at=row.pauses_at,
        resumes_at=row.resumes_at,
        payment_method=row.stripe_default_payment_method_id or row.stripe_default_source_id,
        scheduled=row.scheduled_change,
    )


def at_first_sight(
    now: Standing, *, trial_start_at: datetime | None, seen_at: datetime
) -> list[Happening]:
    """The history as far as one look at the facts tells it; *seen_at* is business time."""
    found = [Happening(kind="created", at=now.started_at, after={"plan_id": now.plan_id})]
    if trial_start_at is not None and now.trial_end_at is not None:
        after = {"trial_end_at": now.trial_end_at.isoformat()}
        found.append(Happening(kind="trial_started", at=trial_start_at, after=after))
        if now.status != "trialing" and now.trial_end_at <= (now.ended_at or seen_at):
            found.append(Happening(kind="trial_ended", at=now.trial_end_at))
    elif now.status not in UNSTARTED:
        found.append(Happening(kind="activated", at=now.started_at))
    if now.paused:
        found.append(_paused(now, seen_at))
    elif now.pauses_at is not None and not now.over:
        found.append(_planned(now, seen_at))
    if now.canceling or _was_scheduled(now):
        found.append(_cancel_scheduled(now, seen_at))
    if now.over:
        found.append(_over(now, seen_at))
    return found


def between(before: Standing, after: Standing, *, seen_at: datetime) -> list[Happening]:
    """What lies between two looks; things that Stripe does not date are dated *seen_at*."""
    return list(_between(before, after, seen_at))


def _between(before: Standing, after: Standing, seen_at: datetime) -> Iterator[Happening]:
    if before.status == "incomplete" and after.status not in UNSTARTED:
        yield Happening(kind="activated", at=seen_at)
    if before.status == "trialing" and after.status != "trialing" and not after.over:
        yield Happening(kind="trial_ended", at=_past(after.trial_end_at, seen_at))
    if (before.plan_id, before.quantity) != (after.plan_id, after.quantity):
        yield Happening(
            kind="plan_changed",
            at=seen_at,
            before={"plan_id": before.plan_id, "quantity": before.quantity},
            after={"plan_id": after.plan_id, "quantity": after.quantity},
        )
    yield from _scheduling(before, after, seen_at)
    if before.payment_method != after.payment_method:
        yield Happening(
            kind="payment_method_changed",
            at=seen_at,
            before={"stripe_payment_method_id": before.payment_method},
            after={"stripe_payment_method_id": after.payment_method},
        )
    yield from _pausing(before, after, seen_at)
    yield from _canceling(before, after, seen_at)


def _scheduling(before: Standing, after: Standing, seen_at: datetime) -> Iterator[Happening]:
    """Another plan from a later day on: arranged, or called off before it came.

    What waits for a payment is no arrangement: it happens, or nothing does.
    """
    was, now = _arranged(before), _arranged(after)
    if now and now != was:
        yield Happening(kind="plan_change_scheduled", at=seen_at, after=now)
    elif was and not now and _plan_of(was, before) != (after.plan_id, after.quantity):
        yield Happening(kind="plan_change_withdrawn", at=seen_at, before=was)


def _arranged(standing: Standing) -> dict[str, Any]:
    return dict(standing.scheduled) if "takes_effect_at" in standing.scheduled else {}


def _plan_of(scheduled: Mapping[str, Any], before: Standing) -> tuple[str | None, int]:
    return scheduled.get("plan_id"), int(scheduled.get("quantity", before.quantity))


def _pausing(before: Standing, after: Standing, seen_at: datetime) -> Iterator[Happening]:
    if after.over:
        return
    if after.paused and not before.paused:
        yield _paused(after, seen_at, planned=before.pauses_at is not None)
    elif before.paused and not after.paused:
        yield Happening(kind="resumed", at=seen_at)
    elif after.pauses_at != before.pauses_at:
        yield _planned(after, seen_at)


def _canceling(before: Standing, after: Standing, seen_at: datetime) -> Iterator[Happening]:
    if after.over:
        if not before.over:
            if not before.canceling and _was_scheduled(after):
                yield _cancel_scheduled(after, seen_at)
            yield _over(after, seen_at)
    elif after.canceling and not before.canceling:
        yield _cancel_scheduled(after, seen_at)
    elif before.canceling and not after.canceling:
        yield Happening(kind="cancel_undone", at=seen_at)


def _planned(now: Standing, seen_at: datetime) -> Happening:
    """Asked for, or taken back before it began."""
    if now.pauses_at is None:
        return Happening(kind="pause_undone", at=seen_at)
    after = {"takes_effect_at": now.pauses_at.isoformat(), **_until(now)}
    return Happening(kind="pause_scheduled", at=seen_at, after=after)


def _paused(now: Standing, seen_at: datetime, *, planned: bool = False) -> Happening:
    """What was planned has been told of already: that it began is another line."""
    kind = "pause_began" if planned else "paused"
    return Happening(kind=kind, at=now.paused_at or seen_at, after=_until(now))


def _until(now: Standing) -> dict[str, Any]:
    return {"resumes_at": now.resumes_at.isoformat()} if now.resumes_at else {}


def _was_scheduled(now: Standing) -> bool:
    """Ended later than it was canceled: somebody had asked for it before."""
    if not now.over or now.canceled_at is None or now.ended_at is None:
        return False
    return now.canceled_at < now.ended_at


def _cancel_scheduled(now: Standing, seen_at: datetime) -> Happening:
    takes_effect_at = now.ended_at if now.over else now.cancel_at or now.period_end
    after = {"takes_effect_at": takes_effect_at.isoformat()} if takes_effect_at else {}
    return Happening(kind="cancel_scheduled", at=now.canceled_at or seen_at, after=after)


def _over(now: Standing, seen_at: datetime) -> Happening:
    kind = "expired" if now.status == "incomplete_expired" else "canceled"
    return Happening(kind=kind, at=now.ended_at or now.canceled_at or seen_at)


def _past(moment: datetime | None, seen_at: datetime) -> datetime:
    """A trial that was cut short ended when it was seen to, not at its planned end."""
    return moment if moment is not None and moment <= seen_at else seen_at
