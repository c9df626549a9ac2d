"""What will be charged next, and in the year to come: known for the next charge, then estimated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Interval, Plan, Product
from portal_app.identity.actor import Actor
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.money import Money
from portal_app.memberships.models import Membership, MembershipSource
from portal_app.memberships.preview_repository import previews_of
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    Cycle,
    MembershipStatus,
    charges_until,
    ends_at,
    first_charge_at,
    is_final,
    is_paused,
    nth_period_end,
    pauses_from,
    previewed_at,
    renewal_date,
)
from portal_app.memberships.service.listing import running_memberships
from portal_app.memberships.service.pricing import basis_of, extra_items, price_of
from portal_app.memberships.service.reading import HeldMembership

MONTHS: Final = 12


class Occasion(StrEnum):
    """What the next charge is."""

    RENEWAL = "renewal"
    AFTER_TRIAL = "after_trial"
    FINAL = "final"
    ON_RESUME = "on_resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCharge:
    """The next charge of one membership. *at* is empty while nobody knows when it resumes.

    *bought* is the plan and product that will be paid for, which may be others than now. *preview*
    is what the provider says of exactly this charge; without it *amount* is an estimate, before
    taxes, discounts and credit.
    """

    occasion: Occasion
    at: datetime | None
    bought: tuple[Plan, Product]
    amount: Money
    preview: UpcomingCharge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCharge:
    """One charge of the year to come; *known* when the provider said so, else estimated."""

    held: HeldMembership
    at: datetime
    bought: tuple[Plan, Product]
    amount: Money
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearAhead:
    """All *charges* up to *until*, soonest first. *as_of* is the age of the oldest that is known.

    *waiting* are paused memberships that nobody knows the next charge of.
    """

    charges: tuple[ExpectedCharge, ...]
    waiting: tuple[HeldMembership, ...]
    since: datetime
    until: datetime
    as_of: datetime | None


def next_charge_of(held: HeldMembership, preview: UpcomingCharge | None) -> NextCharge | None:
    """None where nothing will be charged as things stand, and while something is owed already."""
    cycle = cycle_of(held)
    if cycle is None or not held.current or held.status in NEEDS_ATTENTION:
        return None
    at, paused = first_charge_at(held.facts, cycle), _pauses(held)
    if at is None and not (paused and ends_at(held.facts) is None):
        return None
    known = _of_this_charge(held, preview)
    first_at, estimate = _first(held, cycle, at)
    return NextCharge(
        occasion=_occasion(held, cycle, at),
        at=first_at,
        bought=_bought_at(held, first_at),
        amount=known.amount_due if known else estimate,
        preview=known,
    )


def _first(
    held: HeldMembership, cycle: Cycle, at: datetime | None
) -> tuple[datetime | None, Money]:
    """When and how much is due at *at*, or before it with another plan that begins by then."""
    if at is None:
        return None, cycle.amount
    first = next(charges_until(at, first_at=at, cycle=cycle, change=_change(held, cycle)))
    return first.at, first.amount


def _bought_at(held: HeldMembership, at: datetime | None) -> tuple[Plan, Product]:
    """The plan that is paid for then, and what it buys."""
    begins = held.row.membership.changes_at
    changed = at is not None and begins is not None and begins <= at
    return held.scheduled if held.scheduled and changed else (held.row.plan, held.row.product)


def _occasion(held: HeldMembership, cycle: Cycle, at: datetime | None) -> Occasion:
    if _pauses(held) and renewal_date(held.facts) is None:
        return Occasion.ON_RESUME
    if at is not None and is_final(held.facts, cycle, at):
        return Occasion.FINAL
    trialing = held.status is MembershipStatus.TRIALING
    return Occasion.AFTER_TRIAL if trialing else Occasion.RENEWAL


def _pauses(held: HeldMembership) -> bool:
    """Paused, or about to be."""
    return is_paused(held.facts) or pauses_from(held.facts) is not None


def _of_this_charge(held: HeldMembership, preview: UpcomingCharge | None) -> UpcomingCharge | None:
    """One of a renewal that has passed, or was moved, or of other terms says nothing about it."""
    if preview is None or preview.charge_at != previewed_at(held.facts):
        return None
    return preview if preview.basis in ({}, basis_of(held.row.membership)) else None


def resume_preview(held: HeldMembership, preview: UpcomingCharge | None) -> UpcomingCharge | None:
    """What resuming now would charge; None where it charges nothing, or nobody has said it yet."""
    return _of_this_charge(held, preview) if held.facts.stripe_status == "paused" else None


def resumes_at(held: HeldMembership) -> datetime | None:
    """When it is charged again after the pause that it is in, or that is to come."""
    cycle = cycle_of(held)
    return first_charge_at(held.facts, cycle) if cycle and _pauses(held) else None


def cycle_of(held: HeldMembership) -> Cycle | None:
    """The rhythm and the price; None for what is not billed again and again."""
    rhythm = rhythm_of(held.row.membership, held.row.plan)
    return replace(rhythm, amount=price_of(held)) if rhythm else None


def rhythm_of(membership: Membership, plan: Plan) -> Cycle | None:
    """The same at the plan's price."""
    if membership.source is not MembershipSource.SUBSCRIPTION or plan.interval is None:
        return None
    # Stripe's own pause ends with a new anchor.
    resumed = None if membership.pause_behavior else membership.resumes_at
    anchor = resumed or membership.billing_anchor_at or membership.current_period_end
    return _cycle(anchor or membership.started_at, plan.interval, plan, plan.price)


def _cycle(anchor: datetime, interval: Interval, plan: Plan, amount: Money) -> Cycle:
    return Cycle(anchor=anchor, interval=interval, count=plan.interval_count, amount=amount)


def _in_order(charge: ExpectedCharge) -> tuple[datetime, str, str, str]:
    """By day; those of one day by name, so that they stand the same way every time."""
    row = charge.held.row
    return charge.at, row.product.title, row.plan.title, row.member.id


async def year_ahead(session: AsyncSession, actor: Actor, now: datetime) -> YearAhead:
    """Every charge of the twelve months to come, of everything that the actor holds."""
    held = [one for one in await running_memberships(session, actor, now) if one.current]
    previews = await previews_of(session, actor, [one.row.membership.id for one in held])
    until = nth_period_end(now, Interval.MONTH, MONTHS, 1)
    charges = [
        charge
        for one in held
        for charge in expected(one, previews.get(one.row.membership.id), until)
    ]
    known = [previews[one.held.row.membership.id].observed_at for one in charges if one.known]
    return YearAhead(
        charges=tuple(sorted(charges, key=_in_order)),
        waiting=tuple(one for one in held if _waits(one)),
        since=now,
        until=until,
        as_of=min(known, default=None),
    )


def _waits(held: HeldMembership) -> bool:
    following = next_charge_of(held, None)
    return following is not None and following.at is None


def expected(
    held: HeldMembership, preview: UpcomingCharge | None, until: datetime
) -> Iterator[ExpectedCharge]:
    """The charges of one membership up to *until*.

    What costs nothing by its plan (billed by use, say) can't be estimated, and is left out.
    """
    cycle = cycle_of(held)
    first_at = first_charge_at(held.facts, cycle) if cycle else None
    if cycle is None or first_at is None:
        return
    known = _of_this_charge(held, preview)
    for charge in charges_until(
        until,
        first_at=first_at,
        cycle=cycle,
        ends_at=ends_at(held.facts),
        change=_change(held, cycle),
    ):
        amount = known.amount_due if known else charge.amount
        if known or amount:
            bought = _bought_at(held, charge.at)
            yield ExpectedCharge(
                held=held, at=charge.at, bought=bought, amount=amount, known=known is not None
            )
        # The provider says what comes first; what comes after it is estimated.
        known = None


def _change(held: HeldMembership, cycle: Cycle) -> tuple[datetime, Cycle] | None:
    """Another plan or quantity from a moment on, where the provider will see to it by itself."""
    moment = held.row.membership.changes_at
    plan = held.scheduled[0] if held.scheduled else None
    if plan is None or plan.interval is None or moment is None:
        return None
    amount = plan.price * int(held.row.membership.scheduled_change.get("quantity", 1))
    later = _cycle(moment, plan.interval, plan, sum((one for _, one in extra_items(held)), amount))
    same_rhythm = (later.interval, later.count) == (cycle.interval, cycle.count)
    return moment, replace(later, anchor=cycle.anchor) if same_rhythm else later
