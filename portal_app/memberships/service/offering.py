"""Taking what stands beside the button that cancels.

A pause and another plan have pages of their own: that one was chosen because of the offer is noted
here, and counted once it was done. The discount is given here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import exit_repository, repository
from portal_app.memberships.errors import OfferGone
from portal_app.memberships.exits import cleaned, plan_exit, why
from portal_app.memberships.models import Membership, RetentionOffer
from portal_app.memberships.offers import Offer, OfferKind
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import record
from portal_app.memberships.service.exit_page import held_exit, offer_for
from portal_app.provider.answers import CouponFacts
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

# Somebody who pauses later than this did not do so because of the offer.
THOUGHT_OVER: Final = timedelta(days=1)
_RUNNING: Final = frozenset({"active", "trialing"})


async def take_offer(
    desk: Desk, actor: Actor, member_id: object, *, shown: object, reason: object, comment: object
) -> OfferKind:
    """Take what the page has shown (`Offer.key`) instead of cancelling what the actor holds.

    A discount runs from now on; a pause or another plan still is to be agreed to, on its own page.
    Raises MembershipNotFound and OfferGone, and as `Desk.carry_out`.
    """

    async def find(session: AsyncSession) -> tuple[Offer, RetentionOffer]:
        held, policy = await held_exit(session, actor, member_id, business_now())
        exit_ = plan_exit(held.facts, policy, held.as_of)
        offer = await offer_for(session, held, policy, exit_)
        if offer is None or offer.key != shown:
            raise OfferGone
        given = why(policy, reason)
        return offer, RetentionOffer(
            membership_id=held.row.membership.id,
            member_id=held.row.member.id,
            kind=offer.kind,
            terms=offer.discount.terms if offer.discount else {},
            reason=given.category or "",
            option_id=given.option_id,
            option_label=given.option_label,
            comment=cleaned(comment),
            chosen_at=business_now(),
        )

    async def ask(session: AsyncSession) -> Intent:
        offer, row = await find(session)
        session.add(row)
        return await _given(session, actor, offer, row.membership_id)

    async with desk.database().unit_of_work() as session:
        offer, row = await find(session)
        if offer.discount is None:
            session.add(row)
            return offer.kind
    await desk.carry_out(DISCOUNT, ask)
    return offer.kind


async def _given(session: AsyncSession, actor: Actor, offer: Offer, membership_id: str) -> Intent:
    subscriptions = await repository.current_subscriptions(session, [membership_id])
    discount = offer.discount
    if discount is None or not subscriptions:
        raise OfferGone
    return asked_by(
        author_for(actor),
        kind=DISCOUNT.kind,
        about=membership_id,
        payload={
            "subscription": subscriptions[0],
            "membership": membership_id,
            **discount.terms,
        },
    )


async def _send(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """Beside the discounts that run already. One that an earlier try has given is not given again.

    An attached schedule would take it away with its next phase.
    """
    asked = intent.payload
    before = await provider.subscription(asked["subscription"])
    running = await provider.running_coupons(before.id)
    if asked["coupon"] in running.values():
        return before
    goes_on = before.status in _RUNNING and before.cancel_at is None and before.schedule_id is None
    if not goes_on or before.cancel_at_period_end:
        raise OfferGone
    coupon = await provider.coupon(asked["coupon"])
    if not coupon.valid or not _is_as_promised(coupon, asked["percent_off"], asked["months"]):
        raise OfferGone
    return await provider.set_discounts(
        before.id, kept=sorted(running), coupons=[coupon.id], key=intent.key
    )


def _is_as_promised(coupon: CouponFacts, percent_off: int, months: int | None) -> bool:
    duration = "forever" if months is None else "repeating" if months else "once"
    said = (coupon.percent_off, coupon.duration, coupon.months or None)
    return said == (Decimal(percent_off), duration, months or None)


async def _apply(
    session: AsyncSession, intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)
    await note_won_back(
        session, intent.payload["membership"], OfferKind.DISCOUNT, asked_at=intent.asked_at
    )


DISCOUNT: Final = Write(kind="offering.discount", send=_send, apply=_apply)


async def note_won_back(
    session: AsyncSession, membership_id: str, kind: OfferKind, *, asked_at: datetime
) -> None:
    """What was just done for a membership had been offered to somebody who was about to cancel.

    Does nothing otherwise. Called in the unit of work that applies a pause or a plan change, which
    may be days after it was asked for.
    """
    since = asked_at - THOUGHT_OVER
    row = await exit_repository.offer_chosen(session, membership_id, kind, since=since)
    membership = await session.get(Membership, membership_id)
    if row is None or membership is None:
        return
    row.taken_at = business_now()
    happened = Happening(kind="won_back", at=row.taken_at, after={"offer": str(kind)})
    record(session, membership, [happened])
