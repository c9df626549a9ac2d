"""Yearly reminder, where a law asks for it: what renews, at which price, and how to cancel.

Cycles of half a year or longer have it in the announcement of each renewal (`renewal`).
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.memberships.rules import is_canceling, renewal_date
from portal_app.memberships.views.wording import price_then
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.places import LATEST, YEARLY, anniversary, rule_for
from portal_app.notifications.notices.repository import renewing_in
from portal_app.notifications.notices.windows import cycle_length, is_long
from portal_app.notifications.rendering import NothingToSend
from portal_app.payment_methods.views import label_of


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    countries = {rule.place.country for rule in YEARLY}
    found: list[Occasion] = []
    for membership, plan, person_id, address in await renewing_in(session, countries):
        cycle = plan.interval, plan.interval_count
        day = anniversary(membership.started_at, look.now)
        if day is None or is_long(*cycle) or not rule_for(YEARLY, address, cycle_length(*cycle)):
            continue
        if not membership.price_minor or not (look.since <= day > look.now - LATEST):
            continue
        found.append(
            Occasion(
                subject_id=f"{membership.id}:{day.year}",
                person_id=person_id,
                membership_id=membership.id,
            )
        )
    return found


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was cancelled, or has ended, in the meantime."""
    held, reader = writing.holding(), writing.reader
    if is_canceling(held.facts) or not held.current:
        raise NothingToSend
    due, product = renewal_date(held.facts), writing.product.title
    method = held.row.payment_method
    title = reader.say("Your yearly reminder: {product}", product=product)
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            reader.say(
                "{product} renews by itself until you cancel. You don't have to do anything to"
                " keep it.",
                product=product,
            ),
        ),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Since"), reader.date(held.facts.started_at)),
            (reader.say("Price"), price_then(reader, held, due)),
            (reader.say("Next charge"), writing.next_amount),
            (reader.say("Renews on"), reader.date(due) if due else ""),
            (reader.say("Charged to"), label_of(reader, method) if method else ""),
        ),
        action=writing.manage,
        see_also=writing.without_sign_in,
    )


NOTICE = NoticeKind(
    key="yearly_reminder",
    label="Yearly reminder",
    note="Once a year, for addresses in California: what renews, and how to cancel.",
    locked="The law in some places requires it.",
    when_due=_find,
    write=_write,
)
