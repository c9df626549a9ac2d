"""Price change: one that is arranged, ahead of it; one that was made, at once.

What people change themselves they see before they confirm it; they are not told of it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan
from portal_app.identity.actor import ActorKind
from portal_app.memberships.models import Membership, MembershipEvent, MembershipSubscription
from portal_app.memberships.plan_repository import happened_at, was_asked_for
from portal_app.memberships.repository import is_over
from portal_app.memberships.views.wording import per_period
from portal_app.notifications.models import NoticeSent
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.repository import holders_of
from portal_app.notifications.notices.windows import LONGEST, Ahead, opens_at
from portal_app.notifications.rendering import NothingToSend
from portal_app.provider.objects import Kind

KEY = "price_change"


def _payload(old: Mapping[str, Any], new: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "old_plan_id": old["plan_id"],
        "old_quantity": old["quantity"],
        "new_plan_id": new["plan_id"],
        "new_quantity": new["quantity"],
        "at": at.isoformat(),
    }


async def _arranged(session: AsyncSession, look: Look) -> list[Occasion]:
    """Those within the window; one that is arranged late is told of at once."""
    statement = select(Membership).where(
        ~is_over(),
        col(Membership.scheduled_change)["plan_id"].as_string().is_not(None),
        # What waits for a payment has no day; what was asked for here is told of as that.
        col(Membership.scheduled_change)["takes_effect_at"].as_string().is_not(None),
        ~was_asked_for(),
    )
    found = [one for one in (await session.scalars(statement)).all() if _is_due(one, look)]
    holders = await holders_of(session, [one.id for one in found])
    occasions = [_of_schedule(one, holders.get(one.id)) for one in found]
    return [one for one in occasions if await _differs(session, one.payload)]


def _is_due(membership: Membership, look: Look) -> bool:
    at = _takes_effect(membership)
    opens = max(opens_at(Ahead.PRICE_CHANGE, at, LONGEST), membership.updated_at)
    return look.since <= opens <= look.now < at


def _takes_effect(membership: Membership) -> datetime:
    return datetime.fromisoformat(membership.scheduled_change["takes_effect_at"])


def _of_schedule(membership: Membership, person_id: str | None) -> Occasion:
    at, change = _takes_effect(membership), membership.scheduled_change
    quantity = change.get("quantity") or membership.quantity
    old = {"plan_id": membership.plan_id, "quantity": membership.quantity}
    new = {"plan_id": change["plan_id"], "quantity": quantity}
    return Occasion(
        subject_id=f"{membership.id}:{change['plan_id']}:{at.date()}",
        person_id=person_id,
        membership_id=membership.id,
        payload=_payload(old, new, at),
    )


async def _made(session: AsyncSession, look: Look) -> list[Occasion]:
    """Changes that these events brought, by anybody but the customer, and not announced before."""
    links = await session.execute(
        select(MembershipSubscription.stripe_subscription_id, MembershipEvent)
        .join(
            MembershipEvent,
            col(MembershipEvent.membership_id) == col(MembershipSubscription.membership_id),
        )
        .where(
            col(MembershipSubscription.stripe_subscription_id).in_(look.ids(Kind.SUBSCRIPTION)),
            MembershipEvent.kind == "plan_changed",
            col(MembershipEvent.actor_kind) != ActorKind.CUSTOMER,
        )
    )
    received = {ref.id: told.received_at for ref, told in look.told.items()}
    events = [event for stripe_id, event in links if event.recorded_at >= received[stripe_id]]
    holders = await holders_of(session, [event.membership_id for event in events])
    occasions = [
        Occasion(
            subject_id=event.id,
            person_id=holders.get(event.membership_id),
            membership_id=event.membership_id,
            payload=_payload(event.before, event.after, event.happened_at),
        )
        for event in events
        if not await _was_announced(session, event)
        and await happened_at(session, event.membership_id, event.happened_at) is None
    ]
    return [one for one in occasions if await _differs(session, one.payload)]


async def _differs(session: AsyncSession, payload: Mapping[str, Any]) -> bool:
    """Whether the two cost something else; a plan of the same price is no news."""
    costs = [
        (plan.price * payload[f"{which}_quantity"], plan.interval, plan.interval_count)
        for which in ("old", "new")
        if (plan := await session.get(Plan, payload[f"{which}_plan_id"])) is not None
    ]
    return len(set(costs)) > 1


async def _was_announced(session: AsyncSession, event: MembershipEvent) -> bool:
    announced = select(NoticeSent.id).where(
        NoticeSent.kind == KEY,
        col(NoticeSent.subject_id).startswith(
            f"{event.membership_id}:{event.after['plan_id']}:", autoescape=True
        ),
    )
    return (await session.scalars(announced.limit(1))).first() is not None


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when the arranged change was called off."""
    held, reader, payload = writing.holding(), writing.reader, writing.payload
    old = await _price(writing, payload["old_plan_id"], payload["old_quantity"])
    new = await _price(writing, payload["new_plan_id"], payload["new_quantity"])
    at = datetime.fromisoformat(payload["at"])
    ahead = at > held.as_of
    called_off = writing.membership.scheduled_change.get("plan_id") != payload["new_plan_id"]
    if ahead and called_off:
        raise NothingToSend
    date, product = reader.date(at), writing.product.title
    words = {"product": writing.title, "date": date, "new": new, "old": old}
    return Letter(
        subject=reader.say("The price of {product} changes", product=product)
        if ahead
        else reader.say("The price of {product} has changed", product=product),
        heading=reader.say("{price} from {date}", price=new, date=date),
        paragraphs=(
            reader.say("From {date}, {product} costs {new} instead of {old}.", **words)
            if ahead
            else reader.say("Since {date}, {product} costs {new} instead of {old}.", **words),
        ),
        facts=(
            (reader.say("Until now"), old),
            (reader.say("From {date}", date=date), new),
        ),
        action=writing.manage,
    )


async def _price(writing: Writing, plan_id: str, quantity: int) -> str:
    plan = await writing.session.get_one(Plan, plan_id)
    return per_period(writing.reader, plan, plan.price * quantity)


NOTICE = NoticeKind(
    key=KEY,
    label="Price changes",
    note="Up to 30 days before a price changes.",
    locked="The card networks, and the law in some places, require it.",
    events=frozenset({"customer.subscription.updated"}),
    after_events=_made,
    when_due=_arranged,
    write=_write,
)
