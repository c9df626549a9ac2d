"""Promotion codes: what one would give, and using it beside the discounts that run already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, Record, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.lookup import locked
from portal_app.memberships import company_repository, repository
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.limits import admit_code
from portal_app.memberships.models import Membership
from portal_app.memberships.plan_errors import (
    PlanNotChangeable,
    PromotionInUse,
    PromotionNotForThis,
    PromotionUnknown,
    QuoteExpired,
)
from portal_app.memberships.plans import takes_promotions
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_membership, record
from portal_app.memberships.service.plan_quotes import LASTS
from portal_app.memberships.service.reading import find_held
from portal_app.provider.answers import PromotionFacts
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

LONGEST_CODE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionQuote:
    """What a code would give: the next invoice without it and with it; *expires_at* is wall time.

    Kept by the server, never by a browser.
    """

    member_id: str
    promotion: PromotionFacts
    without: InvoiceFacts
    preview: InvoiceFacts
    charge_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Subject:
    membership: Membership
    customer: Customer
    subscription_id: str


async def quote_promotion(
    desk: Desk, actor: Actor, member_id: object, code: object
) -> PromotionQuote:
    """Changes nothing.

    Raises MembershipNotFound, PlanNotChangeable, PromotionUnknown, PromotionInUse,
    PromotionNotForThis, TooManyRequests, and as `PaymentWriter`.
    """
    async with desk.database().reading() as session:
        subject = await _of_holder(session, actor, member_id)
    await admit_code(actor.person_id)
    found = await _offered(desk, subject, code)
    before = await desk.in_time(desk.provider.subscription(subject.subscription_id))
    without = await desk.in_time(desk.provider.preview_renewal(before.id))
    return PromotionQuote(
        member_id=str(member_id),
        promotion=found,
        without=without,
        preview=await _preview(desk, before, found),
        charge_at=subject.membership.current_period_end,
        expires_at=wall_now() + LASTS,
    )


async def use_promotion(desk: Desk, actor: Actor, quote: PromotionQuote) -> None:
    """Give the actor's membership what was quoted.

    Raises QuoteExpired, as `quote_promotion`, and as `Desk.carry_out`.
    """

    async def written(session: AsyncSession) -> Intent:
        if wall_now() >= quote.expires_at:
            raise QuoteExpired
        subject = await _of_holder(session, actor, quote.member_id)
        return _intent(author_for(actor), subject, quote.promotion)

    await _carry_out(desk, written)


async def apply_promotion_as_company(
    desk: Desk, actor: CompanyKey, membership_id: str, code: object
) -> None:
    """The same for a membership of the company, whatever its customers may do by themselves."""
    async with desk.database().reading() as session:
        subject = await _of_company(session, actor, membership_id)
    await admit_code(actor.key_id)
    found = await _offered(desk, subject, code)
    before = await desk.in_time(desk.provider.subscription(subject.subscription_id))
    await _preview(desk, before, found)

    async def written(session: AsyncSession) -> Intent:
        return _intent(actor.author, await _of_company(session, actor, membership_id), found)

    await _carry_out(desk, written)


async def _carry_out(desk: Desk, written: Record) -> None:
    try:
        await desk.carry_out(PROMOTION, written)
    except RefusedByProvider as refusal:
        raise PromotionNotForThis from refusal


async def _of_holder(session: AsyncSession, actor: Actor, member_id: object) -> _Subject:
    held = await find_held(session, actor, member_id, business_now())
    if not held.configuration.plan_change.promotion_codes:
        raise PlanNotChangeable
    return await _subject(session, held.row.membership)


async def _of_company(session: AsyncSession, actor: CompanyKey, membership_id: str) -> _Subject:
    membership = await company_repository.of_company(session, actor.company_id, membership_id)
    if membership is None:
        raise MembershipNotFound
    return await _subject(session, membership)


async def _subject(session: AsyncSession, membership: Membership) -> _Subject:
    subscriptions = await repository.current_subscriptions(session, [membership.id])
    customer = await session.get(Customer, membership.customer_id)
    if not takes_promotions(membership) or not subscriptions or customer is None:
        raise PlanNotChangeable
    return _Subject(membership, customer, subscriptions[0])


async def _offered(desk: Desk, subject: _Subject, code: object) -> PromotionFacts:
    typed = code.strip() if isinstance(code, str) else ""
    if not typed or len(typed) > LONGEST_CODE or not typed.isprintable():
        raise PromotionUnknown
    found = await desk.in_time(desk.provider.find_promotion(typed))
    theirs = found is not None and found.customer_id in {None, subject.customer.stripe_customer_id}
    if found is None or not theirs or not (found.active and found.coupon.valid):
        raise PromotionUnknown
    if await desk.in_time(desk.provider.running_promotions(subject.subscription_id)):
        raise PromotionInUse
    off = found.coupon.amount_off
    if off is not None and off.currency != subject.membership.currency:
        raise PromotionNotForThis
    return found


async def _preview(desk: Desk, before: SubscriptionFacts, found: PromotionFacts) -> InvoiceFacts:
    """The provider knows what else a code asks for: a first purchase, a smallest amount."""
    _check(before)
    preview = desk.provider.preview_discounts(
        before.id, kept=before.discount_ids, promotions=[found.id]
    )
    try:
        return await desk.in_time(preview)
    except RefusedByProvider as refusal:
        raise PromotionNotForThis from refusal


def _check(before: SubscriptionFacts) -> None:
    """The next phase of a schedule has its discounts written down, and would take the code away."""
    if before.more_phases:
        raise PlanNotChangeable


def _intent(author: Author, subject: _Subject, found: PromotionFacts) -> Intent:
    return asked_by(
        author,
        kind=PROMOTION.kind,
        about=subject.membership.id,
        payload={
            "membership": subject.membership.id,
            "subscription": subject.subscription_id,
            "promotion": found.id,
            "code": found.code,
        },
    )


async def _send(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """A code that is there already is not redeemed again."""
    asked = intent.payload
    before = await provider.subscription(asked["subscription"])
    running = await provider.running_promotions(before.id)
    if asked["promotion"] in running:
        return before
    if running:
        raise PromotionInUse
    _check(before)
    return await provider.set_discounts(
        before.id, kept=before.discount_ids, promotions=[asked["promotion"]], key=intent.key
    )


async def _apply(
    session: AsyncSession, intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)
    membership = await locked(session, Membership, id=intent.payload["membership"])
    if membership is not None:
        after = {"code": intent.payload["code"]}
        used = Happening(kind="promotion_applied", at=business_now(), after=after)
        record(session, membership, [used])
        await announce_membership(session, membership)


PROMOTION: Final = Write(kind="plans.promotion", send=_send, apply=_apply)
