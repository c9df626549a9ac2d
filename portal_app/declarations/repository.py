"""Everything that declarations ask the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Creator, CreatorRole, Plan, Product
from portal_app.customers.models import Customer
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.rules.matching import Candidate
from portal_app.identity.models import EmailAddress, Person
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.kit.lookup import locked
from portal_app.memberships.models import Cancellation, Member, Membership
from portal_app.memberships.repository import is_over
from portal_app.memberships.rules import StripeFacts

# More than that are several anyway.
_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """*address* is what is on file: proved by a person, or of a customer whom nobody has claimed.

    *locale* is None where nobody has chosen one, *country* empty where it is unknown.
    """

    member_id: str
    person_id: str | None
    address: str
    locale: str | None
    country: str


async def companies(session: AsyncSession) -> Sequence[Company]:
    """All of them, by name."""
    return (await session.scalars(select(Company).order_by(col(Company.title)))).all()


async def company_at(session: AsyncSession, route: str) -> Company | None:
    """By the name in an address, or by id."""
    named = or_(col(Company.route) == route, col(Company.id) == route)
    return (await session.scalars(select(Company).where(named))).first()


async def sent_with(session: AsyncSession, form_key: str) -> Declaration | None:
    """What was declared with this very form before."""
    return await session.scalar(select(Declaration).where(col(Declaration.form_key) == form_key))


async def candidates(session: AsyncSession, company_id: str, address_key: str) -> list[Candidate]:
    """Running memberships of the company whose holder has this address, here or at Stripe."""
    by_person = (
        select(col(Member.id))
        .join(EmailAddress, col(EmailAddress.person_id) == col(Member.person_id))
        .where(col(EmailAddress.address_key) == address_key, col(Member.until_at).is_(None))
    )
    by_customer = (
        select(col(Member.id))
        .join(Customer, col(Customer.id) == col(Member.customer_id))
        .where(col(Customer.email_key) == address_key, col(Member.until_at).is_(None))
    )
    statement = _running(company_id).where(col(Member.id).in_(union(by_person, by_customer)))
    return _candidates(await session.execute(statement.limit(_MOST)))


async def candidate(session: AsyncSession, company_id: str, named: str) -> Candidate | None:
    """One running membership of the company by its id, or by the one that its holder sees.

    Another company's is none, and so is what a former holder saw.
    """
    by_id = or_(col(Membership.id) == named, col(Member.id) == named)
    statement = _running(company_id).where(by_id)
    return next(iter(_candidates(await session.execute(statement))), None)


def _running(company_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Membership, Product, Plan, col(Member.id))
        .join(Member, col(Member.membership_id) == col(Membership.id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .where(col(Membership.company_id) == company_id, col(Member.until_at).is_(None), ~is_over())
        .order_by(col(Product.title), col(Membership.started_at), col(Membership.id))
    )


def _candidates(rows: Iterable[Any]) -> list[Candidate]:
    return [
        Candidate(
            membership_id=membership.id,
            facts=StripeFacts.of(membership),
            names=(product.title, plan.title, membership.id, member_id),
        )
        for membership, product, plan, member_id in rows
    ]


async def holder_of(session: AsyncSession, membership_id: str) -> Holder | None:
    """Whoever holds it now: where they are written to, in which language, where they live."""
    statement = (
        select(Member, Customer, col(EmailAddress.address), col(Person.locale))
        .join(Customer, col(Customer.id) == col(Member.customer_id))
        .outerjoin(Person, col(Person.id) == col(Member.person_id))
        .outerjoin(
            EmailAddress,
            (col(EmailAddress.person_id) == col(Person.id))
            & col(EmailAddress.is_primary).is_(True),
        )
        .where(col(Member.membership_id) == membership_id, col(Member.until_at).is_(None))
    )
    row = (await session.execute(statement)).first()
    if row is None:
        return None
    member, customer, address, locale = row
    return Holder(
        member_id=member.id,
        person_id=member.person_id,
        address=address or customer.email,
        locale=locale,
        country=str(customer.address.get("country") or ""),
    )


async def was_taken_back(session: AsyncSession, membership_id: str, since: datetime) -> bool:
    """Whether its holder said lately (wall time) that a declaration about it was not theirs."""
    statement = select(col(Declaration.id)).where(
        col(Declaration.membership_id) == membership_id, col(Declaration.undone_at) >= since
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def by_undo(session: AsyncSession, digest: str, *, lock: bool = False) -> Declaration | None:
    if lock:
        return await locked(session, Declaration, undo_digest=digest)
    return await session.scalar(select(Declaration).where(col(Declaration.undo_digest) == digest))


async def owners_of(session: AsyncSession, company_id: str) -> list[tuple[str, str]]:
    """Addresses and languages of a company's owners who have signed in."""
    statement = (
        select(col(EmailAddress.address), col(Person.locale))
        .join(Person, col(Person.id) == col(EmailAddress.person_id))
        .join(Creator, col(Creator.person_id) == col(Person.id))
        .where(
            col(Creator.company_id) == company_id,
            col(Creator.role) == CreatorRole.OWNER,
            col(EmailAddress.is_primary).is_(True),
        )
        .order_by(EmailAddress.address)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def waiting(
    session: AsyncSession, company_id: str | None, limit: int | None = None
) -> Sequence[Declaration]:
    """What the loop has looked at and nobody has resolved, the oldest first."""
    statement = select(Declaration).where(
        col(Declaration.resolved_at).is_(None), col(Declaration.finding).is_not(None)
    )
    if company_id is not None:
        statement = statement.where(col(Declaration.company_id) == company_id)
    ordered = statement.order_by(col(Declaration.asked_at), col(Declaration.id)).limit(limit)
    return (await session.scalars(ordered)).all()


async def open_withdrawals(session: AsyncSession) -> Sequence[Declaration]:
    """Those in time that nobody has resolved."""
    return (await session.scalars(_open_withdrawals())).all()


async def lock_withdrawals(session: AsyncSession, membership_id: str) -> Sequence[Declaration]:
    """The same of one membership, locked in the order of their ids."""
    statement = (
        _open_withdrawals()
        .where(col(Declaration.membership_id) == membership_id)
        .order_by(col(Declaration.id))
        .with_for_update()
    )
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


def _open_withdrawals() -> Select[Declaration]:
    return select(Declaration).where(
        col(Declaration.resolved_at).is_(None), col(Declaration.finding) == Finding.IN_TIME
    )


async def asked_of_provider(
    session: AsyncSession, said: str, stalled: str
) -> list[tuple[str, Intent]]:
    """References with what they asked the provider for, where the two may disagree.

    Resolved with *said* although it has ended or was given up, scheduled although it was not done,
    waiting for the seller although it was done since, or for a replay (*stalled* in its refund)
    although that was refused.
    """
    over = or_(col(Intent.done_at).is_not(None), col(Intent.dead_at).is_not(None))
    failed = or_(
        col(Intent.outcome) == IntentOutcome.REFUSED,
        and_(col(Intent.dead_at).is_not(None), col(Intent.done_at).is_(None)),
    )
    refused = and_(
        col(Declaration.finding) == Finding.REFUSED,
        col(Declaration.resolved_at).is_(None),
        or_(
            col(Intent.outcome) == IntentOutcome.DONE,
            and_(
                col(Intent.outcome) == IntentOutcome.REFUSED,
                col(Declaration.refund)[stalled].as_string().is_not(None),
            ),
        ),
    )
    statement = (
        select(col(Declaration.reference), Intent)
        .join(Cancellation, col(Cancellation.reference) == col(Declaration.reference))
        .join(Intent, col(Intent.id) == col(Cancellation.intent_id))
        .where(
            col(Declaration.undone_at).is_(None),
            or_(
                and_(col(Declaration.resolution) == said, over),
                and_(col(Declaration.finding) == Finding.SCHEDULED, failed),
                refused,
            ),
        )
    )
    return [(reference, intent) for reference, intent in await session.execute(statement)]


async def named(session: AsyncSession, reference: str) -> Declaration | None:
    """As people write it, locked."""
    return await locked(session, Declaration, reference=reference.strip().upper())


async def read(session: AsyncSession, reference: str) -> Declaration:
    """The same of one that is there, not locked."""
    wanted = col(Declaration.reference) == reference.strip().upper()
    return (await session.scalars(select(Declaration).where(wanted))).one()
