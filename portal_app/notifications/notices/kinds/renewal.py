"""Upcoming renewal of a long cycle: half a year, a year. Shorter ones are `renewal_short`."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.memberships.models import Membership
from portal_app.memberships.rules import MembershipStatus, StripeFacts, renewal_date
from portal_app.memberships.views.wording import price_then
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.repository import running_until
from portal_app.notifications.notices.windows import LONGEST, Ahead, cycle_length, is_long, opens_at
from portal_app.notifications.rendering import NothingToSend
from portal_app.payment_methods.views import label_of


async def find_renewals(session: AsyncSession, look: Look, *, long: bool) -> list[Occasion]:
    """Renewals ahead whose window has opened, of cycles that are long, or of the others."""
    found = await running_until(session, "active", after=look.now, before=look.now + LONGEST)
    return [
        _occasion(membership, person_id)
        for membership, plan, person_id in found
        if is_long(plan.interval, plan.interval_count) is long
        and _is_due(membership, look, cycle=(plan.interval, plan.interval_count))
    ]


def _is_due(membership: Membership, look: Look, *, cycle: tuple[Any, int]) -> bool:
    due, length = renewal_date(StripeFacts.of(membership)), cycle_length(*cycle)
    if due is None or not length or not membership.price_minor:
        return False
    began = membership.current_period_start or membership.started_at
    opens = max(opens_at(Ahead.RENEWAL, due, length), began)
    return look.since <= opens <= look.now < due


def _occasion(membership: Membership, person_id: str) -> Occasion:
    due = renewal_date(StripeFacts.of(membership))
    day = due.isoformat() if due else ""
    return Occasion(
        subject_id=f"{membership.id}:{day[:10]}",
        person_id=person_id,
        membership_id=membership.id,
        payload={"due_at": day},
    )


async def write_renewal(writing: Writing) -> Letter:
    """Nothing is sent when it was cancelled, paused, moved or charged in the meantime."""
    held, reader = writing.holding(), writing.reader
    due = renewal_date(held.facts)
    if due is None or due.isoformat() != writing.payload["due_at"]:
        raise NothingToSend
    if held.status is not MembershipStatus.ACTIVE:
        raise NothingToSend
    date, product = reader.date(due), writing.product.title
    method = held.row.payment_method
    label = label_of(reader, method) if method and held.is_charged else ""
    return Letter(
        subject=reader.say("{product} renews on {date}", product=product, date=date),
        heading=reader.say("{product} renews on {date}", product=product, date=date),
        paragraphs=(what_happens(writing, label, writing.next_amount),),
        facts=(
            (reader.say("Renews on"), reader.moment(due)),
            (reader.say("Price"), price_then(reader, held, due)),
            (reader.say("Charged to"), label),
        ),
        action=writing.manage,
    )


def what_happens(writing: Writing, label: str, amount: str) -> str:
    """Who is charged how much, or asked for it."""
    reader = writing.reader
    if not label:
        return reader.say("You will be asked to pay {amount}.", amount=amount)
    return reader.say(
        "We will charge {amount} to {method}. You need not do anything.",
        amount=amount,
        method=label,
    )


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    return await find_renewals(session, look, long=True)


NOTICE = NoticeKind(
    key="renewal",
    label="Renewals of half a year or longer",
    note="30 days before they are charged.",
    locked="The card networks, and the law in some places, require it.",
    stripe_mails="Upcoming renewals",
    when_due=_find,
    write=write_renewal,
)
