"""The demo's people, companies and keys: what the portal knows and Stripe does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.api.keys import ALL_SCOPES, READ_SCOPES, create_key
from portal_app.catalog.models import Company, Creator, CreatorRole
from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, Person, email_key
from portal_app.kit.tokens import derive_token


@dataclass(frozen=True, slots=True)
class DemoCompany:
    id: str
    title: str
    route: str
    owner: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """*name* is also the Stripe customer's; others with the address stay unclaimed."""

    email: str
    name: str
    role: str
    description: str


COMPANIES = (
    DemoCompany("biz_northwind", "Northwind Academy", "northwind", "cleo@example.com"),
    DemoCompany("biz_lumen", "Lumen Fitness", "lumen", "dan@example.com"),
)
ACCOUNTS = (
    DemoAccount(
        "ada@example.com",
        "Ada Lovelace",
        "customer",
        "a membership in every state, three currencies",
    ),
    DemoAccount("ben@example.com", "Ben Okafor", "customer", "one membership"),
    DemoAccount("cleo@example.com", "Cleo Marchetti", "creator", "owns Northwind Academy"),
    DemoAccount("dan@example.com", "Dan Whitfield", "creator", "owns Lumen Fitness"),
    DemoAccount("eve@example.com", "Eve Lindqvist", "customer", "nothing yet: the empty states"),
)


def demo_key(secret_key: bytes, purpose: str) -> str:
    """The secret of a demo API key: the same on every run of one data directory."""
    return derive_token(secret_key, "demo-api-key", purpose)


async def add_companies(session: AsyncSession, now: datetime) -> None:
    """The two companies, before the import: products find theirs by metadata."""
    for number, company in enumerate(COMPANIES):
        session.add(
            Company(
                id=company.id,
                title=company.title,
                route=company.route,
                is_default=number == 0,
                created_at=now,
            )
        )


async def add_people(session: AsyncSession, now: datetime) -> None:
    """Everybody with the addresses they proved; cleo and dan own their companies."""
    people: dict[str, Person] = {}
    for account in ACCOUNTS:
        person = people[account.email] = Person(name=account.name, created_at=now)
        session.add(person)
    await session.flush()
    for email, person in people.items():
        session.add(
            EmailAddress(
                person_id=person.id,
                address=email,
                address_key=email_key(email),
                is_primary=True,
                verified_at=now,
            )
        )
    for company in COMPANIES:
        session.add(
            Creator(
                company_id=company.id,
                person_id=people[company.owner].id,
                role=CreatorRole.OWNER,
                created_at=now,
            )
        )


async def customers_to_link(session: AsyncSession) -> list[tuple[Customer, str]]:
    """The demo's customers with their person; one with another name stays unclaimed."""
    rows = await session.execute(
        select(Customer, EmailAddress.person_id)
        .join(EmailAddress, col(EmailAddress.address_key) == Customer.email_key)
        .join(Person, col(Person.id) == EmailAddress.person_id)
        .where(Customer.name == Person.name)
    )
    return [(customer, person_id) for customer, person_id in rows]


async def add_api_keys(session: AsyncSession, secret_key: bytes, now: datetime) -> None:
    company = COMPANIES[0].id
    for purpose, scopes in (("all", ALL_SCOPES), ("read", READ_SCOPES)):
        await create_key(
            session,
            company_id=company,
            name=f"Demo ({purpose})",
            scopes=scopes,
            now=now,
            secret=demo_key(secret_key, purpose),
        )
