"""Rows for tests: `make_…(session, **over)` adds one row with sensible facts and flushes it.

Ids may be given (`id="mem_1"`) where a test wants to name them; everything else has a default. The
default time is the frozen clock's (`tests/conftest.py`), with periods of a month around it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Company, Interval, Plan, PortalConfiguration, Product
from portal_app.customers.models import Customer
from portal_app.declarations.models import Declaration, DeclarationKind
from portal_app.identity.actor import Actor, ActorKind
from portal_app.identity.models import EmailAddress, Person, email_key
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipEvent,
    MembershipSource,
    MembershipSubscription,
)
from portal_app.payment_methods.models import SetupIntent, SetupStatus
from tests.billing_factories import make_invoice, make_payment, make_payment_method
from tests.rows import NOW, PERIOD_END, PERIOD_START, STARTED, added, make_row, number

__all__ = [
    "NOW",
    "PERIOD_END",
    "PERIOD_START",
    "STARTED",
    "HeldMembership",
    "actor_of",
    "make_company",
    "make_configuration",
    "make_customer",
    "make_declaration",
    "make_email",
    "make_event",
    "make_invoice",
    "make_member",
    "make_membership",
    "make_one_time",
    "make_payment",
    "make_payment_method",
    "make_person",
    "make_plan",
    "make_product",
    "make_setup",
    "make_subscription",
    "number",
]


def actor_of(person: Person, email: str = "ada@example.com", locale: str = "en") -> Actor:
    """*person*, signed in."""
    return Actor(person_id=person.id, session_id="sess_1", email=email, locale=locale)


async def make_person(
    session: AsyncSession, email: str | None = "ada@example.com", **over: Any
) -> Person:
    """A person with one proved, primary address (none when *email* is None)."""
    person = await added(session, Person(**{"name": "Ada", "created_at": STARTED, **over}))
    if email:
        await make_email(session, person, address=email, is_primary=True)
    return person


async def make_email(session: AsyncSession, person: Person, **over: Any) -> EmailAddress:
    address = over.pop("address", f"person{number()}@example.com")
    given = {"address_key": email_key(address), "verified_at": STARTED, **over}
    return await added(session, EmailAddress(person_id=person.id, address=address, **given))


async def make_company(session: AsyncSession, **over: Any) -> Company:
    given = {"title": "Northwind Academy", "route": f"company-{number()}"}
    return await make_row(session, Company, over, **given, created_at=STARTED)


async def make_configuration(
    session: AsyncSession, company: Company, **over: Any
) -> PortalConfiguration:
    given = {"company_id": company.id, "version": 1, "body": {}}
    return await make_row(session, PortalConfiguration, over, **given, created_at=STARTED)


async def make_product(
    session: AsyncSession, company: Company | None = None, **over: Any
) -> Product:
    company = company or await make_company(session)
    return await make_row(
        session,
        Product,
        over,
        company_id=company.id,
        stripe_product_id=f"prod_stripe{number()}",
        title="Trading Room",
        created_at=STARTED,
        observed_at=NOW,
    )


async def make_plan(session: AsyncSession, product: Product | None = None, **over: Any) -> Plan:
    product = product or await make_product(session)
    return await make_row(
        session,
        Plan,
        over,
        product_id=product.id,
        stripe_price_id=f"price_stripe{number()}",
        amount_minor=2900,
        currency="USD",
        interval=Interval.MONTH,
        created_at=STARTED,
        observed_at=NOW,
    )


async def make_customer(
    session: AsyncSession, person: Person | None = None, **over: Any
) -> Customer:
    """A Stripe customer; unclaimed when no *person* is given."""
    email = over.get("email", "ada@example.com")
    return await make_row(
        session,
        Customer,
        over,
        stripe_customer_id=f"cus_stripe{number()}",
        person_id=person.id if person else None,
        claimed_at=STARTED if person else None,
        email=email,
        email_key=email_key(email),
        currency="USD",
        created_at=STARTED,
        observed_at=NOW,
    )


class HeldMembership(NamedTuple):
    """What `make_membership` built; `stripe_subscription_id` is None for a one-time purchase."""

    membership: Membership
    member: Member
    customer: Customer
    plan: Plan
    stripe_subscription_id: str | None


async def make_membership(
    session: AsyncSession,
    person: Person | None = None,
    *,
    customer: Customer | None = None,
    plan: Plan | None = None,
    member_id: str | None = None,
    **over: Any,
) -> HeldMembership:
    """A membership with its open holding and its subscription: $29 a month, active, paid.

    Without a *customer* it gets one of its own, belonging to *person* (unclaimed without one).
    """
    plan = plan or await make_plan(session)
    product = await session.get_one(Product, plan.product_id)
    customer = customer or await make_customer(session, person, currency=plan.currency)
    membership = await make_row(
        session,
        Membership,
        over,
        company_id=product.company_id,
        product_id=product.id,
        plan_id=plan.id,
        customer_id=customer.id,
        source=MembershipSource.SUBSCRIPTION,
        stripe_status="active",
        price_minor=plan.amount_minor,
        currency=plan.currency,
        started_at=STARTED,
        billing_anchor_at=STARTED,
        current_period_start=PERIOD_START,
        current_period_end=PERIOD_END,
        created_at=STARTED,
        updated_at=NOW,
        observed_at=NOW,
    )
    holding = {"id": member_id} if member_id else {}
    member = await make_member(session, membership, person, customer=customer, **holding)
    subscription_id = None
    if membership.source is MembershipSource.SUBSCRIPTION:
        subscription_id = (await make_subscription(session, membership)).stripe_subscription_id
    return HeldMembership(membership, member, customer, plan, subscription_id)


async def make_one_time(
    session: AsyncSession, person: Person | None = None, **over: Any
) -> HeldMembership:
    """A purchase that was paid once and is kept: $99, without any subscription."""
    plan = over.pop("plan", None) or await make_plan(session, amount_minor=9900, interval=None)
    given = {
        "source": MembershipSource.CHECKOUT,
        "stripe_status": "",
        "stripe_checkout_session_id": f"cs_stripe{number()}",
        "stripe_payment_intent_id": f"pi_stripe{number()}",
        "billing_anchor_at": None,
        "current_period_start": None,
        "current_period_end": None,
    }
    return await make_membership(session, person, plan=plan, **{**given, **over})


async def make_member(
    session: AsyncSession,
    membership: Membership,
    person: Person | None,
    *,
    customer: Customer,
    **over: Any,
) -> Member:
    """A holding of *membership*; closed when `until_at` is given."""
    return await make_row(
        session,
        Member,
        over,
        membership_id=membership.id,
        person_id=person.id if person else None,
        customer_id=customer.id,
        from_at=membership.started_at,
    )


async def make_subscription(
    session: AsyncSession, membership: Membership, **over: Any
) -> MembershipSubscription:
    return await make_row(
        session,
        MembershipSubscription,
        over,
        membership_id=membership.id,
        stripe_subscription_id=f"sub_stripe{number()}",
        from_at=membership.started_at,
    )


async def make_event(
    session: AsyncSession, membership: Membership, kind: str, **over: Any
) -> MembershipEvent:
    return await make_row(
        session,
        MembershipEvent,
        over,
        membership_id=membership.id,
        kind=kind,
        actor_kind=ActorKind.SYSTEM,
        happened_at=NOW,
        recorded_at=NOW,
    )


async def make_declaration(session: AsyncSession, company_id: str, **over: Any) -> Declaration:
    """What somebody typed on the page for cancelling, not looked into yet."""
    place = number()
    return await make_row(
        session,
        Declaration,
        over,
        company_id=company_id,
        kind=DeclarationKind.CANCELLATION,
        reference=f"C-{place:04}-TEST",
        form_key=f"form-{place}",
        undo_digest=f"undo-{place}",
        name="Ada Lovelace",
        address="ada@example.com",
        address_key="ada@example.com",
        contract="Trading Room",
        asked_at=NOW,
        due_at=NOW,
    )


async def make_setup(session: AsyncSession, held: HeldMembership, **over: Any) -> SetupIntent:
    """A setup that a key of the membership's company asked for, with the bank's question open."""
    return await make_row(
        session,
        SetupIntent,
        over,
        company_id=held.membership.company_id,
        customer_id=held.customer.id,
        member_id=held.member.id,
        stripe_setup_intent_id=f"seti_stripe{number()}",
        status=SetupStatus.REQUIRES_ACTION,
        action_url="https://bank.example/ask",
        created_at=STARTED,
        updated_at=NOW,
        observed_at=NOW,
    )
