"""Resumed, or a pause taken back: it goes on, and what is charged when."""

from __future__ import annotations

from portal_app.memberships.rules import is_canceling, is_paused, pauses_from, renewal_date
from portal_app.memberships.views.wording import sentence
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was paused again, cancelled, or has ended in the meantime."""
    held, reader = writing.holding(), writing.reader
    paused = is_paused(held.facts) or pauses_from(held.facts) is not None
    if paused or is_canceling(held.facts) or not held.current:
        raise NothingToSend
    due = renewal_date(held.facts)
    title = reader.say("{product} goes on", product=writing.product.title)
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(reader.say("The pause is over."), sentence(reader, held)),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Renews on"), reader.date(due) if due else ""),
        ),
        action=writing.manage,
    )


NOTICE = NoticeKind(
    key="resumed",
    label="Pauses that are over",
    note="When a paused membership goes on.",
    locked="It will be charged again, which you should know.",
    events=CHANGED | {"customer.subscription.resumed"},
    after_events=occasions_of("resumed", "pause_undone"),
    write=_write,
)
