"""Announcement of a renewal months ahead, where a law asks for it: until when it can be refused."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.memberships.rules import MembershipStatus, StripeFacts, renewal_date
from portal_app.memberships.views.wording import price_then
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.places import (
    FAR_AHEAD,
    TACIT_RENEWAL,
    closes_at,
    opens_at,
    rule_for,
)
from portal_app.notifications.notices.repository import renewing_in
from portal_app.notifications.notices.windows import cycle_length
from portal_app.notifications.rendering import NothingToSend


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    countries = {rule.place.country for rule in TACIT_RENEWAL}
    found: list[Occasion] = []
    rows = await renewing_in(session, countries, before=look.now + FAR_AHEAD)
    for membership, plan, person_id, address in rows:
        rule = rule_for(TACIT_RENEWAL, address, cycle_length(plan.interval, plan.interval_count))
        due = renewal_date(StripeFacts.of(membership))
        if rule is None or due is None or not membership.price_minor:
            continue
        began = membership.current_period_start or membership.started_at
        opens = max(opens_at(rule, due), began)
        if look.since <= opens <= look.now < closes_at(rule, due):
            found.append(
                Occasion(
                    subject_id=f"{membership.id}:{due.date().isoformat()}",
                    person_id=person_id,
                    membership_id=membership.id,
                    payload={"due_at": due.isoformat()},
                )
            )
    return found


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was cancelled, paused, moved or charged in the meantime."""
    held, reader = writing.holding(), writing.reader
    due = renewal_date(held.facts)
    if due is None or due.isoformat() != writing.payload["due_at"]:
        raise NothingToSend
    if held.status is not MembershipStatus.ACTIVE:
        raise NothingToSend
    date = reader.date(due)
    title = reader.say("{product} renews on {date}", product=writing.product.title, date=date)
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            reader.say("If you don't want that, cancel before {date}.", date=date),
            reader.say("You don't have to do anything to keep it."),
        ),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Renews on"), reader.moment(due)),
            (reader.say("Can be refused until"), reader.moment(due)),
            (reader.say("Price"), price_then(reader, held, due)),
        ),
        action=writing.manage,
        see_also=writing.without_sign_in,
    )


NOTICE = NoticeKind(
    key="tacit_renewal",
    label="Renewals, announced months ahead",
    note="For addresses in France, up to three months before a long term renews.",
    locked="The law in some places requires it.",
    when_due=_find,
    write=_write,
)
