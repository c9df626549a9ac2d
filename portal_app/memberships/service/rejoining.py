"""Coming back: a new subscription joins the membership that has ended, and keeps its address.

It is charged at once, with the customer there: what it costs was shown to them, it is asked for
once, and never behind their back. Where the bank wants to ask first, the subscription has not begun
and joins nothing; it begins when the bank has been answered, and the next try ends it otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, author_for, write_as
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.money import Money
from portal_app.memberships import exit_repository, repository
from portal_app.memberships.errors import AlreadyBack, AmountChanged, CantRejoin
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import OVER, UNSTARTED
from portal_app.memberships.service.joinable import is_over, plans_to_join
from portal_app.memberships.service.reading import find_held
from portal_app.payment_methods.errors import OtherCustomer
from portal_app.payment_methods.service import find_method
from portal_app.provider.answers import SubscriptionTerms
from portal_app.provider.errors import AuthenticationRequired
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.handover import NewSubscription
from portal_app.provider.writing import PaymentWriter

# Keys of the calls of one intent.
_CREATE: Final = 1
_BEGIN: Final = 2
_END: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinQuote:
    """What coming back charges at once, tax and credit included, and until when that is paid."""

    due: Money
    paid_until: datetime | None


async def quote_rejoin(desk: Desk, actor: Actor, member_id: object, plan_id: object) -> RejoinQuote:
    """As the provider works it out.

    Raises MembershipNotFound, AlreadyBack and CantRejoin, and as `PaymentWriter`.
    """
    async with desk.database().reading() as session:
        asked = await _asked(session, actor, member_id, plan_id)
    invoice = await desk.in_time(_preview(desk.provider, asked))
    return RejoinQuote(due=invoice.amount_due, paid_until=invoice.period_end)


async def rejoin(
    desk: Desk, actor: Actor, member_id: object, *, plan_id: object, method_id: object, due: Money
) -> None:
    """Begin the actor's ended membership again and charge *due*, as they were shown.

    Raises MembershipNotFound, CantRejoin, AlreadyBack, PaymentMethodNotFound, OtherCustomer and
    AmountChanged; CardDeclined; AuthenticationRequired (then `rejoin_secret`, and
    `look_up_rejoin`); and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        asked = await _asked(session, actor, member_id, plan_id)
        method, customer = await find_method(session, actor, method_id)
        if customer.stripe_customer_id != asked["customer"]:
            raise OtherCustomer
        earlier = await exit_repository.newest_of_kind(session, asked["membership"], JOIN.kind)
        return asked_by(
            author_for(actor),
            kind=JOIN.kind,
            about=asked["membership"],
            payload={
                **asked,
                "method": method.stripe_payment_method_id,
                "amount": due.minor,
                "currency": due.currency,
                "earlier": [earlier.id, *earlier.payload["earlier"]] if earlier else [],
            },
        )

    await desk.carry_out(JOIN, record)
    async with desk.database().reading() as session:
        held = await find_held(session, actor, member_id, business_now())
    if is_over(held.facts):
        raise AuthenticationRequired


async def _asked(
    session: AsyncSession, actor: Actor, member_id: object, plan_id: object
) -> dict[str, Any]:
    """What is to begin, in the provider's ids."""
    held = await find_held(session, actor, member_id, business_now())
    membership = held.row.membership
    if not is_over(held.facts):
        raise AlreadyBack
    customer = await exit_repository.paying_customer(session, actor, membership)
    plans = await plans_to_join(session, held)
    plan = next((plan for plan in plans if plan.id == plan_id), None)
    ended = await repository.current_subscriptions(session, [membership.id])
    if customer is None or plan is None or not ended:
        raise CantRejoin
    return {
        "membership": membership.id,
        "ended": ended[0],
        "customer": customer.stripe_customer_id,
        "price": plan.stripe_price_id,
        "quantity": membership.quantity,
    }


async def _preview(provider: PaymentWriter, asked: dict[str, Any]) -> InvoiceFacts:
    terms = await provider.subscription_terms(asked["ended"])
    return await provider.preview_new(_wanted(asked, terms))


def _wanted(
    asked: dict[str, Any], terms: SubscriptionTerms, intent_id: str = ""
) -> NewSubscription:
    """Taxed as before; a discount of before is over."""
    return NewSubscription(
        customer_id=asked["customer"],
        items=((asked["price"], asked["quantity"]),),
        method_id=asked.get("method"),
        tax_rate_ids=tuple(rate.id for rate in terms.tax_rates),
        automatic_tax=terms.automatic_tax,
        metadata={"portal_membership": asked["membership"], "portal_intent": intent_id},
    )


async def _send(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    asked = intent.payload
    terms = await provider.subscription_terms(asked["ended"])
    if terms.subscription.status not in OVER:
        raise AlreadyBack
    for place, earlier_id in enumerate(asked["earlier"]):
        begun = await _ended_or_begun(provider, intent, earlier_id, place)
        if begun is not None:
            return begun
    wanted = _wanted(asked, terms, intent.id)
    preview = await provider.preview_new(wanted)
    if preview.amount_due != Money(asked["amount"], asked["currency"]):
        raise AmountChanged
    try:
        return await provider.create_subscription(wanted, key=intent.step_key(_CREATE))
    except AuthenticationRequired:
        return await provider.begin_subscription(wanted, key=intent.step_key(_BEGIN))


async def _ended_or_begun(
    provider: PaymentWriter, intent: Intent, earlier_id: str, place: int
) -> SubscriptionFacts | None:
    """What an earlier try has left must not begin beside this one; it is taken if it has begun.

    Without its first invoice it never begins
    (docs.stripe.com/billing/subscriptions/overview#subscription-statuses).
    """
    left = await provider.find_subscription(intent.payload["customer"], earlier_id)
    if left is None or left.status in OVER:
        return None
    if left.status not in UNSTARTED:
        return left
    if left.latest_invoice_id is not None:
        await provider.void_invoice(left.latest_invoice_id, key=intent.step_key(_END + place))
    return None


async def _look(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts | None:
    return await provider.find_subscription(intent.payload["customer"], intent.id)


async def _apply(
    session: AsyncSession,
    _intent: Intent | None,
    answer: SubscriptionFacts | None,
    *,
    observed_at: datetime,
) -> None:
    """One that has not begun joins nothing."""
    if answer is not None:
        await project_subscription(session, answer, observed_at=observed_at)


JOIN: Final = Write(kind="rejoining.join", send=_send, apply=_apply, look=_look)


async def rejoin_secret(desk: Desk, actor: Actor, member_id: object) -> str:
    """With which the actor's browser can show the bank's page; may be empty.

    Raises MembershipNotFound and CantRejoin, and as `PaymentWriter`.
    """
    left = await _left(desk, actor, member_id)
    if left is None or left.latest_invoice_id is None:
        raise CantRejoin
    return await desk.in_time(desk.provider.confirmation_secret(left.latest_invoice_id))


async def look_up_rejoin(desk: Desk, actor: Actor, member_id: object) -> None:
    """Ask the provider what became of the last try; what a browser says is no proof.

    Raises MembershipNotFound, and as `PaymentWriter`.
    """
    observed_at = wall_now()
    found = await _left(desk, actor, member_id)
    async with desk.database().unit_of_work() as session:
        write_as(session, author_for(actor))
        await _apply(session, None, found, observed_at=observed_at)


async def _left(desk: Desk, actor: Actor, member_id: object) -> SubscriptionFacts | None:
    async with desk.database().reading() as session:
        held = await find_held(session, actor, member_id, business_now())
        tried = await exit_repository.newest_of_kind(session, held.row.membership.id, JOIN.kind)
    if tried is None or tried.actor_id != actor.person_id:
        return None
    return await desk.in_time(_newest_left(desk.provider, tried))


async def _newest_left(provider: PaymentWriter, tried: Intent) -> SubscriptionFacts | None:
    """The last try may have come to nothing, and one before it still wait for the bank."""
    customer, newest = tried.payload["customer"], None
    for intent_id in (tried.id, *tried.payload["earlier"]):
        found = await provider.find_subscription(customer, intent_id)
        if found is not None and found.status not in OVER:
            return found
        newest = newest or found
    return newest
