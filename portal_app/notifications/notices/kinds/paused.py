"""Paused, or about to be: until when access lasts, until when nothing is charged, the way back."""

from __future__ import annotations

from portal_app.memberships.rules import is_paused, is_resting, pauses_from
from portal_app.memberships.service import resumes_at
from portal_app.memberships.views.wording import paused_sentence
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was taken back, or goes on already."""
    held, reader = writing.holding(), writing.reader
    begins, ends = pauses_from(held.facts), resumes_at(held)
    if not held.current or not (begins or is_paused(held.facts)):
        raise NothingToSend
    rests = is_resting(held.facts, held.as_of)
    product = writing.product.title
    title = (
        reader.say("{product} is paused", product=product)
        if rests
        else reader.say("{product} will pause", product=product)
    )
    way_back = reader.say("Resume now") if rests else reader.say("Don't pause")
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            paused_sentence(reader, held),
            _access(writing, rests=rests),
            reader.say("You can resume earlier at any time.")
            if rests
            else reader.say("Changed your mind? Until that day one press takes it back."),
        ),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Pauses on"), reader.date(begins) if begins and not rests else ""),
            (reader.say("Resumes on"), reader.date(ends) if ends else ""),
        ),
        action=(way_back, f"{writing.manage_url}pause/"),
    )


def _access(writing: Writing, *, rests: bool) -> str:
    held, reader = writing.holding(), writing.reader
    if held.facts.pause_behavior and held.access.while_paused:
        return reader.say("You keep access.")
    if rests:
        return reader.say("You have no access while it is paused.")
    begins = pauses_from(held.facts)
    return reader.say("You keep access until {date}.", date=reader.date(begins)) if begins else ""


NOTICE = NoticeKind(
    key="paused",
    label="Pauses",
    note="When a membership is paused, and until when.",
    locked="It says when you are charged again.",
    events=CHANGED | {"customer.subscription.paused"},
    after_events=occasions_of("pause_scheduled", "paused"),
    write=_write,
)
