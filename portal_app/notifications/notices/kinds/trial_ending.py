"""Trial ending: before the first charge, early enough to cancel."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.memberships.rules import MembershipStatus, StripeFacts, renewal_date
from portal_app.memberships.views.wording import price_then
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.repository import running_until
from portal_app.notifications.notices.windows import LONGEST, Ahead, opens_at
from portal_app.notifications.rendering import NothingToSend
from portal_app.payment_methods.views import label_of


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    """A trial that is shorter than its window is told of when it begins."""
    found = await running_until(session, "trialing", after=look.now, before=look.now + LONGEST)
    occasions = []
    for membership, _, person_id in found:
        ends = renewal_date(StripeFacts.of(membership))
        if ends is None or not membership.price_minor:
            continue
        began = membership.current_period_start or membership.started_at
        opens = max(opens_at(Ahead.TRIAL_END, ends, ends - began), began)
        if look.since <= opens <= look.now < ends:
            occasions.append(
                Occasion(
                    subject_id=f"{membership.id}:{ends.date()}",
                    person_id=person_id,
                    membership_id=membership.id,
                    payload={"ends_at": ends.isoformat()},
                )
            )
    return occasions


async def _write(writing: Writing) -> Letter:
    """Nothing is sent when the trial was cancelled, made longer or is over."""
    held, reader = writing.holding(), writing.reader
    ends = renewal_date(held.facts)
    trialing = held.status is MembershipStatus.TRIALING
    if ends is None or not trialing or ends.isoformat() != writing.payload["ends_at"]:
        raise NothingToSend
    date, method = reader.date(ends), held.row.payment_method
    product, price = writing.product.title, price_then(reader, held, ends)
    return Letter(
        subject=reader.say("Your trial of {product} ends on {date}", product=product, date=date),
        heading=reader.say("Your trial ends on {date}", date=date),
        paragraphs=(
            _what_follows(writing, date, price),
            reader.say("Cancel before then, and nothing is charged."),
        ),
        facts=(
            (reader.say("Trial ends"), reader.moment(ends)),
            (reader.say("Then"), price),
            (reader.say("Charged to"), label_of(reader, method) if method else ""),
        ),
        action=writing.manage,
    )


def _what_follows(writing: Writing, date: str, price: str) -> str:
    """Without the price where another plan begins by then."""
    said = {"amount": writing.next_amount, "date": date}
    if not price:
        return writing.reader.say("The first charge is {amount}, on {date}.", **said)
    return writing.reader.say(
        "After that, {product} costs {price}. The first charge is {amount}, on {date}.",
        product=writing.title,
        price=price,
        **said,
    )


NOTICE = NoticeKind(
    key="trial_ending",
    label="Trials that end",
    note="Seven days before a trial becomes a paid membership.",
    locked="The card networks require it before the first charge.",
    stripe_mails="Free trial ending",
    when_due=_find,
    write=_write,
)
