"""A change of plan that was asked for has happened."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import happened_at
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.kinds.plan_change_scheduled import priced
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend

_changed = occasions_of("plan_changed")


async def _asked_for(session: AsyncSession, look: Look) -> list[Occasion]:
    """What a seller has changed is told of as a price change."""
    found = []
    for occasion in await _changed(session, look):
        event = await session.get_one(MembershipEvent, occasion.payload["event_id"])
        asked = await happened_at(session, event.membership_id, event.happened_at)
        if asked is not None:
            found.append(replace(occasion, payload={**occasion.payload, "change_id": asked.id}))
    return found


async def _write(writing: Writing) -> Letter:
    held, reader = writing.holding(), writing.reader
    asked = await writing.session.get(RequestedPlanChange, writing.payload["change_id"])
    if asked is None or asked.happened_at is None:
        raise NothingToSend
    date = reader.date(asked.happened_at)
    new = await priced(writing, asked.to_plan_id, asked.to_quantity)
    old = await priced(writing, asked.from_plan_id, asked.from_quantity)
    return Letter(
        subject=reader.say("Your plan of {product} has changed", product=writing.product.title),
        heading=reader.say("Your plan has changed"),
        paragraphs=(
            reader.say(
                "Since {date} you have {new} instead of {old}.", date=date, new=new, old=old
            ),
        ),
        facts=(
            (reader.say("Membership"), held.row.product.title),
            (reader.say("Before"), old),
            (reader.say("Since {date}", date=date), new),
            (
                reader.say("Paid for the change"),
                reader.money(asked.amount) if asked.amount else "",
            ),
        ),
        action=writing.manage,
    )


NOTICE = NoticeKind(
    key="plan_changed",
    label="Changes of plan",
    note="When your plan has changed as you wanted.",
    events=CHANGED,
    after_events=_asked_for,
    write=_write,
)
