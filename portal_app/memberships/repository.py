"""All SQL about memberships. `owned_by(actor)` is the only way in for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.catalog.models import Company, Plan, Product
from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipSource,
    MembershipSubscription,
)
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.repository import charged_by

# Stripe's statuses of a subscription that will never charge again (rules.OVER says the same).
_ENDED_AT_STRIPE: Final = ("canceled", "incomplete_expired")
# Of one whose renewal was not paid.
_OVERDUE_AT_STRIPE: Final = ("past_due", "unpaid")


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """One open holding of a person, with everything a page says about it in one row."""

    member: Member
    membership: Membership
    product: Product
    plan: Plan
    company: Company
    payment_method: PaymentMethod | None
    latest_invoice: Invoice | None


def owned_by(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Open holdings of the actor's person; the columns are those of `HoldingRow`, in order.

    Method and invoice are joined only through a customer of the same person: whoever paid before
    a transfer stays unknown to the new holder.
    """
    return _open_holdings().where(col(Member.person_id) == actor.person_id)


@cache
def _open_holdings() -> Select[*tuple[Any, ...]]:
    """Everybody's: made once, since making it takes longer than its answer."""
    own_customer = and_(
        col(Customer.id) == col(Membership.customer_id),
        col(Customer.person_id) == col(Member.person_id),
    )
    method = aliased(PaymentMethod)
    latest_invoice = and_(
        col(Invoice.stripe_invoice_id) == col(Membership.latest_stripe_invoice_id),
        col(Invoice.customer_id) == col(Customer.id),
    )
    return (
        select(Member, Membership, Product, Plan, Company, method, Invoice)
        .join(Membership, col(Membership.id) == col(Member.membership_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Company, col(Company.id) == col(Membership.company_id))
        .outerjoin(Customer, own_customer)
        .outerjoin(method, charged_to(method))
        .outerjoin(Invoice, latest_invoice)
        .where(col(Member.until_at).is_(None))
    )


def is_over() -> ColumnElement[bool]:
    """Whether it has ended for good; the SQL side of `rules.OVER`."""
    recurring = col(Membership.source) == MembershipSource.SUBSCRIPTION
    return or_(
        and_(recurring, col(Membership.stripe_status).in_(_ENDED_AT_STRIPE)),
        and_(~recurring, col(Membership.ended_at).is_not(None)),
    )


async def running_holdings(session: AsyncSession, actor: Actor) -> list[HoldingRow]:
    """Everything that has not ended, newest first; bounded by what a person pays for at a time."""
    statement = (
        owned_by(actor)
        .where(~is_over())
        .order_by(col(Membership.started_at).desc(), col(Member.id).desc())
    )
    return _rows(await session.execute(statement))


async def overdue_holdings(session: AsyncSession, actor: Actor) -> list[HoldingRow]:
    """Those whose renewal was not paid, newest first; hardly anybody has one."""
    overdue = col(Membership.stripe_status).in_(_OVERDUE_AT_STRIPE)
    statement = (
        owned_by(actor)
        .where(overdue)
        .order_by(col(Membership.started_at).desc(), col(Member.id).desc())
    )
    return _rows(await session.execute(statement))


async def open_invoices(
    session: AsyncSession, actor: Actor, membership_ids: Sequence[str]
) -> dict[str, Invoice]:
    """By membership, the newest invoice of its subscription that the actor still has to pay."""
    statement = (
        _open_invoices(membership_ids)
        .join(Customer, col(Customer.id) == col(Invoice.customer_id))
        .where(col(Customer.person_id) == actor.person_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def open_invoice_of(session: AsyncSession, membership: Membership) -> Invoice | None:
    """The newest one that is billed to the membership's customer; not scoped, see `owned_by`."""
    found = await open_invoices_of(session, membership.id)
    theirs = [one for one in found if one.customer_id == membership.customer_id]
    return theirs[-1] if theirs else None


async def open_invoices_of(session: AsyncSession, membership_id: str) -> list[Invoice]:
    """All of its subscription's, the oldest first; not scoped, see `owned_by`."""
    return [row[1] for row in await session.execute(_open_invoices([membership_id]))]


def _open_invoices(membership_ids: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Membership ids with their open invoices, oldest first."""
    link = MembershipSubscription
    return (
        select(col(link.membership_id), Invoice)
        .join(Invoice, col(Invoice.stripe_subscription_id) == col(link.stripe_subscription_id))
        .where(
            col(link.membership_id).in_(membership_ids),
            col(link.until_at).is_(None),
            col(Invoice.status) == InvoiceStatus.OPEN,
        )
        .order_by(col(Invoice.created_at), col(Invoice.id))
    )


async def ended_holdings(
    session: AsyncSession, actor: Actor, *, after: tuple[datetime, str] | None, limit: int
) -> list[HoldingRow]:
    """What has ended, latest end first, a page at a time; *after* is the last row's `end_key`."""
    ended = _ended_at()
    page = true() if after is None else tuple_(ended, col(Member.id)) < after
    statement = (
        owned_by(actor)
        .where(is_over(), page)
        .order_by(ended.desc(), col(Member.id).desc())
        .limit(limit)
    )
    return _rows(await session.execute(statement))


def _ended_at() -> ColumnElement[Any]:
    given = (Membership.ended_at, Membership.canceled_at, Membership.started_at)
    return func.coalesce(*(col(column) for column in given))


def end_key(row: HoldingRow) -> tuple[datetime, str]:
    """Where *row* stands in the order of `ended_holdings`."""
    membership = row.membership
    ended = membership.ended_at or membership.canceled_at or membership.started_at
    return ended, row.member.id


async def find_holding(session: AsyncSession, actor: Actor, given_id: str) -> HoldingRow | None:
    """The actor's open holding by its own id (`mber_`) or by its membership's (`mem_`).

    One statement for both and for every kind of miss, so that neither answer nor time tells an id
    that exists from one that does not.
    """
    same_id = or_(col(Member.id) == given_id, col(Member.membership_id) == given_id)
    rows = _rows(await session.execute(owned_by(actor).where(same_id)))
    return rows[0] if rows else None


def _rows(result: Any) -> list[HoldingRow]:  # noqa: ANN401
    return [HoldingRow(*row) for row in result.all()]


async def subscription_ids(session: AsyncSession, membership_id: str) -> Sequence[str]:
    """Every Stripe subscription that ever fed the membership; not scoped, see `owned_by`."""
    statement = select(col(MembershipSubscription.stripe_subscription_id)).where(
        col(MembershipSubscription.membership_id) == membership_id
    )
    return (await session.scalars(statement)).all()


async def current_subscription(session: AsyncSession, membership_id: str) -> str | None:
    """Of one membership; None for what was bought once."""
    found = await current_subscriptions(session, [membership_id])
    return found[0] if found else None


async def current_subscriptions(
    session: AsyncSession, membership_ids: Sequence[str]
) -> Sequence[str]:
    """The Stripe subscription behind each of these now; not scoped, see `owned_by`."""
    statement = select(col(MembershipSubscription.stripe_subscription_id)).where(
        col(MembershipSubscription.membership_id).in_(membership_ids),
        col(MembershipSubscription.until_at).is_(None),
    )
    return (await session.scalars(statement)).all()


def charged_to(method: type[PaymentMethod]) -> ColumnElement[bool]:
    """ON clause: *method* is what a Membership that is joined with its Customer is charged to."""
    return charged_by(
        method,
        own_method=col(Membership.stripe_default_payment_method_id),
        own_source=col(Membership.stripe_default_source_id),
    )
