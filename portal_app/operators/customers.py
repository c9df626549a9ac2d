"""`portal customer …`: find a Stripe customer, and say whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, email_key
from portal_app.identity.repository import address_row
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound
from portal_app.memberships.claiming import link_customer

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One customer with the address of the person it belongs to, if any."""

    customer: Customer
    owner: str | None

    def __str__(self) -> str:
        customer = self.customer
        whose = f"belongs to {self.owner}" if self.owner else "unclaimed"
        gone = "  deleted at Stripe" if customer.deleted_at else ""
        known_by = f"{customer.email or '(no e-mail)'}  {customer.name}".rstrip()
        return f"{customer.stripe_customer_id}  {known_by}  {whose}{gone}"


async def find_customers(text: str) -> list[Found]:
    """Customers with this id (`cus_…`), this address, or this in their name; 50 at most.

    An address finds what Stripe knows under it and what belongs to the person who proved it.
    """
    key = email_key(text)
    owned_by = select(EmailAddress.person_id).where(EmailAddress.address_key == key)
    statement = (
        select(Customer, EmailAddress.address)
        .join(
            EmailAddress,
            (col(EmailAddress.person_id) == col(Customer.person_id))
            & col(EmailAddress.is_primary).is_(True),
            isouter=True,
        )
        .where(
            or_(
                col(Customer.stripe_customer_id) == text,
                col(Customer.email_key) == key,
                col(Customer.name).icontains(text, autoescape=True),
                col(Customer.person_id).in_(owned_by),
            )
        )
        .order_by(col(Customer.created_at).desc(), col(Customer.id))
        .limit(MOST_FOUND)
    )
    async with database().reading() as session:
        return [Found(customer, owner) for customer, owner in await session.execute(statement)]


async def link(stripe_customer_id: str, *, email: str) -> str:
    """Give a customer and its memberships to the person who proved *email*; says what moved.

    Raises NotFound for an unknown customer, and for an address that nobody has proved: a link
    made on an address alone could hand memberships to whoever registers it later.
    """
    async with database().unit_of_work() as session:
        statement = select(Customer).where(Customer.stripe_customer_id == stripe_customer_id)
        customer = (await session.execute(statement.with_for_update())).scalar_one_or_none()
        if customer is None:
            raise NotFound(f"There is no customer {stripe_customer_id} here. Try `portal sync`.")
        address = await address_row(session, email_key(email))
        if address is None:
            raise NotFound(f"Nobody has signed in as {email} yet. Ask them to, then try again.")
        moved = await link_customer(
            session, customer, person_id=address.person_id, now=business_now()
        )
    memberships = "1 membership" if len(moved) == 1 else f"{len(moved)} memberships"
    return f"{stripe_customer_id} belongs to {address.address}: {memberships} moved"
