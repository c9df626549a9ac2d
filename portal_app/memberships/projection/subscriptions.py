"""One subscription is one membership, unless its metadata makes it join an older one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan, Product
from portal_app.catalog.projection import look_up_plans, plan_of_price
from portal_app.customers.models import Customer
from portal_app.customers.repository import by_stripe_id
from portal_app.customers.service import announce
from portal_app.kit.clock import business_now
from portal_app.kit.ids import has_prefix, new_id
from portal_app.kit.lookup import locked, look_up, remember
from portal_app.kit.observed import Outcome, changes, take_turn
from portal_app.memberships.models import Membership, MembershipSource, MembershipSubscription
from portal_app.memberships.projection.handing_on import is_handed_on
from portal_app.memberships.projection.happenings import (
    OVER,
    UNSTARTED,
    Happening,
    at_first_sight,
    between,
    standing_of,
)
from portal_app.memberships.projection.plan_changes import follow_change
from portal_app.memberships.projection.record import (
    TOPIC,
    announce_membership,
    open_holding,
    record,
)
from portal_app.provider.facts import ItemFacts, SubscriptionFacts

LINK_KEY: Final = "stripe_subscription_id"


async def project_subscription(
    session: AsyncSession,
    facts: SubscriptionFacts,
    *,
    observed_at: datetime,
    handing_on: bool = False,
) -> Outcome:
    """Create or change the membership behind a subscription.

    Unrelated without a known customer and product. A subscription that is not the current one of
    its membership changes nothing (design.md §4), and one that a transfer is about to end or has
    just begun is the transfer's alone: *handing_on* says that it is the transfer that calls, which
    writes the history itself.
    """
    customer = await by_stripe_id(session, facts.customer_id)
    catalogue = await plan_of_price(session, facts.plan.price, observed_at=observed_at)
    if customer is None or catalogue is None:
        return Outcome.UNRELATED
    link = await locked(session, MembershipSubscription, stripe_subscription_id=facts.id)
    joined = await _membership(session, link.membership_id if link else facts.membership_id)
    if joined is not None and not handing_on and await is_handed_on(session, joined, facts):
        return Outcome.UNCHANGED
    values = await _values(session, facts, customer, catalogue, joined)
    if joined is None:
        await _create(session, facts, customer, values, observed_at)
        return Outcome.WRITTEN
    if link is None:
        link = await _join(session, joined, facts, observed_at=observed_at)
    if link is None or link.until_at is not None:
        return Outcome.UNCHANGED
    outcome = await _change(session, joined, values, observed_at, silent=handing_on)
    if outcome is Outcome.WRITTEN and not handing_on:
        await follow_change(session, joined, facts, seen_at=joined.updated_at)
    return outcome


async def look_up_subscriptions(session: AsyncSession, page: Sequence[SubscriptionFacts]) -> None:
    """Read what `project_subscription` needs for a page."""
    await look_up(session, Customer, "stripe_customer_id", [facts.customer_id for facts in page])
    await look_up_plans(session, [facts.plan.price.id for facts in page])
    ids = [facts.id for facts in page]
    links = await look_up(session, MembershipSubscription, LINK_KEY, ids, lock=True)
    joined = [facts.membership_id for facts in page]
    known = [link.membership_id for link in links]
    await look_up(session, Membership, "id", [*known, *joined], lock=True)


async def _membership(session: AsyncSession, membership_id: str | None) -> Membership | None:
    if membership_id is None:
        return None
    return await locked(session, Membership, id=membership_id)


async def _create(
    session: AsyncSession,
    facts: SubscriptionFacts,
    customer: Customer,
    values: dict[str, Any],
    observed_at: datetime,
) -> None:
    """A membership id in the metadata is kept, so that a fresh import brings back what was."""
    known = facts.membership_id
    row = Membership(
        id=known if known and has_prefix(known, "mem") else new_id("mem"),
        source=MembershipSource.SUBSCRIPTION,
        observed_at=observed_at,
        **values,
    )
    session.add(row)
    remember(session, row, "id")
    await session.flush()
    link = MembershipSubscription(
        membership_id=row.id, stripe_subscription_id=facts.id, from_at=facts.created_at
    )
    session.add(link)
    remember(session, link, LINK_KEY)
    open_holding(session, row, customer, from_at=facts.started_at)
    history = at_first_sight(
        standing_of(row), trial_start_at=facts.trial_start_at, seen_at=business_now()
    )
    record(session, row, history)
    announce(session, customer.person_id, TOPIC)  # who pays is who holds it


async def _join(
    session: AsyncSession,
    membership: Membership,
    facts: SubscriptionFacts,
    *,
    observed_at: datetime,
) -> MembershipSubscription | None:
    """Let a further subscription take its place in a membership's row of subscriptions.

    The youngest one that has started is the current one; one that never started joins nothing.
    """
    if facts.status in UNSTARTED:
        return None
    open_link = await _open_link(session, membership.id)
    until_at = None
    if open_link is not None:
        if facts.created_at < open_link.from_at:
            until_at = open_link.from_at
        else:
            open_link.until_at = facts.created_at
            # When the one before was observed says nothing about this one.
            membership.observed_at = observed_at
    link = MembershipSubscription(
        membership_id=membership.id,
        stripe_subscription_id=facts.id,
        from_at=facts.created_at,
        until_at=until_at,
    )
    session.add(link)
    remember(session, link, LINK_KEY)
    await session.flush()
    if until_at is None and membership.stripe_status in OVER:
        after = {"stripe_subscription_id": facts.id}
        record(session, membership, [Happening(kind="rejoined", at=facts.created_at, after=after)])
    return link


async def _open_link(session: AsyncSession, membership_id: str) -> MembershipSubscription | None:
    statement = select(MembershipSubscription).where(
        MembershipSubscription.membership_id == membership_id,
        col(MembershipSubscription.until_at).is_(None),
    )
    return (await session.execute(statement)).scalars().first()


async def _change(
    session: AsyncSession,
    row: Membership,
    values: dict[str, Any],
    observed_at: datetime,
    *,
    silent: bool = False,
) -> Outcome:
    if not take_turn(row, observed_at):
        return Outcome.STALE
    # When a membership began does not change with the subscription behind it.
    kept = {"started_at": row.started_at, "created_at": row.created_at}
    before = standing_of(row)
    if not changes(row, {**values, **kept, "updated_at": row.updated_at}):
        return Outcome.UNCHANGED
    row.updated_at = seen_at = business_now()
    if not silent:
        record(session, row, between(before, standing_of(row), seen_at=seen_at))
    await announce_membership(session, row)
    return Outcome.WRITTEN


async def _values(
    session: AsyncSession,
    facts: SubscriptionFacts,
    customer: Customer,
    catalogue: tuple[Plan, Product],
    row: Membership | None,
) -> dict[str, Any]:
    plan, product = catalogue
    return {
        "company_id": product.company_id,
        "product_id": product.id,
        "plan_id": plan.id,
        "customer_id": customer.id,
        "stripe_status": facts.status,
        "collection_method": facts.collection_method,
        "flexible_billing": facts.flexible,
        "quantity": facts.plan.quantity,
        "price_minor": facts.plan.price.amount.minor if facts.plan.price.amount else 0,
        "currency": facts.currency,
        "extra_items": [await _extra(session, item) for item in facts.extras],
        "stripe_default_payment_method_id": facts.default_payment_method_id,
        "stripe_default_source_id": facts.default_source_id,
        "latest_stripe_invoice_id": facts.latest_invoice_id,
        "started_at": facts.started_at,
        "billing_anchor_at": facts.billing_anchor_at,
        "current_period_start": facts.plan.period_start,
        "current_period_end": facts.plan.period_end,
        "trial_end_at": facts.trial_end_at,
        "cancel_at_period_end": facts.cancel_at_period_end,
        "cancel_at": facts.cancel_at,
        "canceled_at": facts.canceled_at,
        "ended_at": facts.ended_at,
        "paused_at": _paused_at(facts, row),
        "pauses_at": facts.pauses_at,
        "pause_behavior": facts.pause_behavior,
        "resumes_at": facts.resumes_at,
        "cancel_feedback": facts.cancel_feedback,
        "cancel_comment": facts.cancel_comment,
        "scheduled_change": await _scheduled(session, facts),
        "license_key": facts.metadata.get("license_key"),
        "details": _details(facts),
        "created_at": facts.created_at,
        "updated_at": business_now(),
    }


def _details(facts: SubscriptionFacts) -> dict[str, Any]:
    details: dict[str, Any] = {"metadata": dict(facts.metadata)}
    if facts.cancel_reason:
        details["cancel_reason"] = facts.cancel_reason
    return details


def _paused_at(facts: SubscriptionFacts, row: Membership | None) -> datetime | None:
    """Stripe dates a pause of the subscription, but not one of its collection: that is ours."""
    if facts.paused_at is not None:
        return facts.paused_at
    if not facts.pause_behavior:
        return None
    return (row.paused_at if row else None) or business_now()


async def _extra(session: AsyncSession, item: ItemFacts) -> dict[str, Any]:
    title = await session.scalar(
        select(Product.title).where(Product.stripe_product_id == item.price.product_id)
    )
    return {
        "description": item.price.title or title or "",
        "quantity": item.quantity,
        "amount_minor": item.price.amount.minor if item.price.amount else 0,
    }


async def _scheduled(session: AsyncSession, facts: SubscriptionFacts) -> dict[str, Any]:
    """Empty when nothing is scheduled; a price that is unknown here is named by Stripe's id."""
    change = facts.scheduled
    if change is None:
        return {}
    plan_id = await session.scalar(select(Plan.id).where(Plan.stripe_price_id == change.price_id))
    moments = {"takes_effect_at": change.takes_effect_at, "expires_at": change.expires_at}
    return {
        "stripe_price_id": change.price_id,
        "quantity": change.quantity,
        **({"plan_id": plan_id} if plan_id else {}),
        **{name: moment.isoformat() for name, moment in moments.items() if moment},
    }


async def end_subscription(
    session: AsyncSession, stripe_id: str, *, observed_at: datetime
) -> Outcome:
    """A subscription that is gone at Stripe, which keeps ended ones: a test clock's, say.

    Nobody is charged for it any more, so its membership is over unless another one took its place.
    """
    link = await locked(session, MembershipSubscription, stripe_subscription_id=stripe_id)
    row = await _membership(session, link.membership_id) if link else None
    if link is None or row is None:
        return Outcome.UNRELATED
    if link.until_at is not None or row.stripe_status in OVER:
        return Outcome.UNCHANGED
    now = business_now()
    values = {"stripe_status": "canceled", "canceled_at": now, "ended_at": now}
    return await _change(session, row, values, observed_at)
