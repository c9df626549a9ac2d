"""Ended: a membership is over, whether it was cancelled or could not be charged."""

from __future__ import annotations

from portal_app.memberships.exit_repository import awaited_of, standing_cancellation
from portal_app.memberships.rules import ends_at
from portal_app.memberships.views.wording import awaited_sentence
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend


async def _write(writing: Writing) -> Letter:
    held, reader = writing.holding(), writing.reader
    end = ends_at(held.facts)
    if held.current or end is None:
        raise NothingToSend
    awaited = await awaited_of(writing.session, writing.membership.id)
    noted = await standing_cancellation(writing.session, writing.membership.id)
    title = reader.say("{product} has ended", product=writing.product.title)
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            awaited_sentence(reader, awaited)
            if awaited
            else reader.say("Nothing more is charged."),
            reader.say("Your invoices and receipts stay in your account."),
        ),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Ended on"), reader.date(end)),
            (reader.say("Cancelled on"), reader.moment(noted.asked_at) if noted else ""),
            (reader.say("Reference"), noted.reference if noted else ""),
        ),
        action=writing.manage,
    )


NOTICE = NoticeKind(
    key="ended",
    label="Memberships that have ended",
    note="On the day it ends.",
    events=CHANGED | {"refund.created", "refund.updated"},
    after_events=occasions_of("canceled"),
    write=_write,
)
