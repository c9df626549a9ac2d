"""Won back: somebody who was about to cancel stays with an offer, and what was agreed."""

from __future__ import annotations

from portal_app.catalog.retention import RetentionDiscount
from portal_app.memberships.exit_repository import newest_taken
from portal_app.memberships.rules import is_canceling
from portal_app.memberships.views.offers import terms
from portal_app.notifications.notices.happened import CHANGED, occasions_of
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import NothingToSend


async def _write(writing: Writing) -> Letter:
    """Only of a discount: a pause and another plan are told of as what they are."""
    held, reader = writing.holding(), writing.reader
    row = await newest_taken(writing.session, writing.membership.id)
    discount = RetentionDiscount.read(row.terms) if row else None
    if discount is None or is_canceling(held.facts) or not held.current:
        raise NothingToSend
    title = reader.say("{product} goes on for less", product=writing.product.title)
    return Letter(
        subject=title,
        heading=title,
        paragraphs=(
            reader.say("You stay with what you were offered instead of cancelling:"),
            terms(reader, discount),
        ),
        facts=(
            (reader.say("Membership"), writing.title),
            (reader.say("Agreed on"), reader.moment(row.taken_at) if row and row.taken_at else ""),
        ),
        action=writing.manage,
    )


NOTICE = NoticeKind(
    key="won_back",
    label="Offers that you took",
    note="When you stay with a discount instead of cancelling.",
    events=CHANGED,
    after_events=occasions_of("won_back"),
    write=_write,
)
