"""A change of plan that was asked for and begins on a later day: when, and how to call it off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import standing_change
from portal_app.memberships.views.wording import per_period
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend

_arranged = occasions_of("plan_change_scheduled")


async def _asked_for(session: AsyncSession, look: Look) -> list[Occasion]:
    """What a seller has arranged is told of as a price change, when the law says."""
    found = []
    for occasion in await _arranged(session, look):
        asked = await standing_change(session, occasion.membership_id)
        if asked is not None:
            found.append(replace(occasion, payload={**occasion.payload, "change_id": asked.id}))
    return found


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was called off, or has happened, in the meantime."""
    held, reader = writing.holding(), writing.reader
    asked = await writing.session.get(RequestedPlanChange, writing.payload["change_id"])
    if asked is None or asked.dropped_at is not None or asked.happened_at is not None:
        raise NothingToSend
    date = reader.date(asked.effective_at)
    words: Mapping[str, str] = {
        "date": date,
        "old": await priced(writing, asked.from_plan_id, asked.from_quantity),
        "new": await priced(writing, asked.to_plan_id, asked.to_quantity),
    }
    return Letter(
        subject=reader.say(
            "Your plan of {product} changes on {date}",
            product=writing.product.title,
            date=date,
        ),
        heading=reader.say("Your plan changes on {date}", date=date),
        paragraphs=(
            reader.say("Until then you have {old}, and from then on {new}.", **words),
            reader.say("Nothing is charged for the change. Until that day you can call it off."),
        ),
        facts=(
            (reader.say("Membership"), held.row.product.title),
            (reader.say("Until {date}", date=date), words["old"]),
            (reader.say("From {date}", date=date), words["new"]),
        ),
        action=(reader.say("Keep current plan"), f"{writing.manage_url}plan/"),
    )


async def priced(writing: Writing, plan_id: str, quantity: int) -> str:
    """`Pro ($59.00 per month)`."""
    plan = await writing.session.get_one(Plan, plan_id)
    price = per_period(writing.reader, plan, plan.price * quantity)
    return f"{plan.title} ({price})" if plan.title else price


NOTICE = NoticeKind(
    key="plan_change_scheduled",
    label="Changes of plan that are arranged",
    note="When you have arranged another plan for a later day.",
    events=CHANGED,
    after_events=_asked_for,
    write=_write,
)
