"""Writes a notice when it is about to be sent, from how things stand then."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.branding.published import looks
from portal_app.catalog.models import Company, Plan, Product
from portal_app.catalog.policies import policy_of
from portal_app.identity.actor import Actor
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.models import Membership
from portal_app.memberships.preview_repository import previews_of
from portal_app.memberships.rules import is_canceling
from portal_app.memberships.service import (
    HeldMembership,
    NextCharge,
    find_held,
    next_charge_of,
)
from portal_app.notifications.addressee import reader_of
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.notices.copies import write_copy
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import Letterhead, Mail, NothingToSend, render
from portal_app.settings import get_settings


async def write_notice(message: OutboxMessage) -> Mail:
    """Raises NothingToSend when it is no longer true, or no longer the recipient's business."""
    kind = NOTICES[message.kind]
    await looks.refresh()
    async with database().reading() as session:
        writing = await _writing(session, message)
        letter = await letter_of(kind, writing)
        if "invited_as" in message.payload:
            return await write_copy(session, message, writing, letter)
    return as_mail(kind, writing, letter, writing.letterhead)


async def letter_of(kind: NoticeKind, writing: Writing) -> Letter:
    """Raises NothingToSend."""
    return _tidied(await kind.write(writing))


def as_mail(kind: NoticeKind, writing: Writing, letter: Letter, head: Letterhead) -> Mail:
    """Both forms of a notice to a membership's holder."""
    return render(
        "notice",
        writing.reader.locale,
        subject=letter.subject,
        head=head,
        letter=letter,
        manage_url=writing.manage_url,
        may_cancel=_may_cancel(writing.held),
        optional=not kind.locked,
    )


async def _writing(session: AsyncSession, message: OutboxMessage) -> Writing:
    found = await session.execute(
        select(Membership, Product, Plan, Company)
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Company, col(Company.id) == col(Membership.company_id))
        .where(Membership.id == message.payload["membership_id"])
    )
    row = found.one_or_none()
    if row is None:
        raise NothingToSend
    membership, product, plan, company = row
    policy = await policy_of(session, company.id, product.id)
    if not policy.notices.sends(message.kind):
        raise NothingToSend
    held, next_charge = await _held(session, message)
    return Writing(
        session=session,
        reader=await reader_of(message),
        payload=message.payload,
        origin=get_settings().origin,
        membership=membership,
        product=product,
        plan=plan,
        company=company,
        held=held,
        next_charge=next_charge,
        support=policy.support,
    )


async def _held(
    session: AsyncSession, message: OutboxMessage
) -> tuple[HeldMembership | None, NextCharge | None]:
    """Read with the rights of whom it is about: nobody is told what they could not see.

    Whoever gets a copy of a receipt holds nothing.
    """
    if "invited_as" in message.payload:
        return None, None
    actor = Actor(
        person_id=message.payload["person_id"],
        session_id="",
        email=message.recipient,
        locale=message.locale,
    )
    membership_id = message.payload["membership_id"]
    try:
        held = await find_held(session, actor, membership_id, business_now())
    except MembershipNotFound:
        return None, None
    previews = await previews_of(session, actor, [membership_id])
    return held, next_charge_of(held, previews.get(membership_id))


def _may_cancel(held: HeldMembership | None) -> bool:
    """Whether there is anything that would go on being charged."""
    if held is None or not held.facts.recurring or not held.current:
        return False
    return not is_canceling(held.facts)


def _tidied(letter: Letter) -> Letter:
    """A name with line breaks, a creator's or a bank's, starts no line of ours."""
    return replace(
        letter,
        subject=_one_line(letter.subject),
        heading=_one_line(letter.heading),
        paragraphs=tuple(_one_line(one) for one in letter.paragraphs if one),
        facts=tuple((label, _one_line(value)) for label, value in letter.facts if value),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
