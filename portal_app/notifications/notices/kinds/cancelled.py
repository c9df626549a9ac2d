"""Cancelled: until when access lasts, that nothing more is charged, and how to take it back."""

from __future__ import annotations

from portal_app.memberships.exit_repository import standing_cancellation
from portal_app.memberships.exits import STATUTORY
from portal_app.memberships.models import Cancellation
from portal_app.memberships.rules import ends_at, is_canceling
from portal_app.memberships.service.undoing import may_undo
from portal_app.memberships.views.wording import sentence
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when it was taken back, or has ended, in the meantime."""
    held, reader = writing.holding(), writing.reader
    end = ends_at(held.facts)
    if end is None or not is_canceling(held.facts) or not held.current:
        raise NothingToSend
    undoable = await may_undo(writing.session, writing.membership, held.facts)
    noted = await standing_cancellation(writing.session, writing.membership.id)
    if noted is not None and noted.source == STATUTORY:
        # The address on file was told when it was declared, with a link of its own to take it back.
        raise NothingToSend
    title = reader.say("{product} is cancelled", product=writing.product.title)
    undo = (reader.say("Keep my membership"), f"{writing.manage_url}undo/")
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            sentence(reader, held),
            reader.say("You keep access until then."),
            reader.say("Changed your mind? Until that day one press takes it back.")
            if undoable
            else "",
        ),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Ends on"), reader.date(end)),
            (reader.say("Cancelled on"), reader.moment(noted.asked_at) if noted else ""),
            (reader.say("Reference"), noted.reference if noted else ""),
        ),
        action=undo if undoable else writing.manage,
        see_also=_confirmation(writing, noted),
    )


def _confirmation(writing: Writing, noted: Cancellation | None) -> tuple[str, str]:
    if noted is None:
        return "", ""
    address = f"{writing.origin}/confirmations/{noted.id}/"
    return writing.reader.say("Download confirmation"), address


NOTICE = NoticeKind(
    key="cancelled",
    label="Cancellations",
    note="When a membership is cancelled, and until when it lasts.",
    locked="It is your proof that you cancelled.",
    events=CHANGED,
    after_events=occasions_of("cancel_scheduled"),
    write=_write,
)
