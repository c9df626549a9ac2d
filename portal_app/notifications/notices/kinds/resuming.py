"""Resuming soon: a pause is about to end with a charge, on which day and for how much."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import StripeFacts, first_charge_at, is_paused
from portal_app.memberships.service import resumes_at, rhythm_of
from portal_app.memberships.views.wording import price_text
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.kinds.renewal import what_happens
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.repository import paused_until
from portal_app.notifications.notices.windows import LONGEST, Ahead, cycle_length, opens_at
from portal_app.notifications.rendering import NothingToSend
from portal_app.payment_methods.views import label_of


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    """Of a pause that is shorter than its window, as soon as it has begun."""
    found = await paused_until(session, before=look.now + LONGEST)
    return [
        occasion
        for membership, plan, person_id in found
        if (occasion := _occasion(membership, plan, person_id, look))
    ]


def _occasion(membership: Membership, plan: Plan, person_id: str, look: Look) -> Occasion | None:
    facts, rhythm = StripeFacts.of(membership), rhythm_of(membership, plan)
    at = first_charge_at(facts, rhythm) if rhythm and is_paused(facts) else None
    if at is None or not membership.price_minor:
        return None
    length = cycle_length(plan.interval, plan.interval_count)
    began = membership.paused_at or membership.started_at
    opens = max(opens_at(Ahead.RESUME, at, length), began)
    if not look.since <= opens <= look.now < at:
        return None
    return Occasion(
        subject_id=f"{membership.id}:{at.date()}",
        person_id=person_id,
        membership_id=membership.id,
        payload={"due_at": at.isoformat()},
    )


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was resumed, cancelled or moved in the meantime."""
    held, reader = writing.holding(), writing.reader
    due = resumes_at(held)
    paused = is_paused(held.facts) and held.current
    if due is None or not paused or due.isoformat() != writing.payload["due_at"]:
        raise NothingToSend
    title = reader.say(
        "{product} resumes on {date}", product=writing.product.title, date=reader.date(due)
    )
    method = held.row.payment_method
    label = label_of(reader, method) if method and held.is_charged else ""
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(what_happens(writing, label, writing.next_amount),),
        facts=(
            (reader.say("Resumes on"), reader.moment(due)),
            (reader.say("Price"), price_text(reader, held)),
            (reader.say("Charged to"), label),
        ),
        action=writing.manage,
    )


NOTICE = NoticeKind(
    key="resuming",
    label="Pauses that end",
    note="Seven days before a paused membership is charged again.",
    locked="It will be charged again, which you should know.",
    when_due=_find,
    write=_write,
)
