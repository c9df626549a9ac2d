"""Databases with as many memberships as a benchmark wants, copied by the database itself.

`subjects` are the people whose pages are read: the same few at every size, with a handful of
memberships each. `fill` puts a crowd around them, one membership, invoice and payment each; every
second one waits for somebody to prove its address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, case, cast, insert, literal, null, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import SQLModel

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.identity.models import EmailAddress, LoginCode, LoginSession, Person
from portal_app.invoices.models import Invoice, Payment
from portal_app.kit.db import Database
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipEvent,
    MembershipSubscription,
)
from portal_app.payment_methods.models import PaymentMethod
from tests import factories
from tests.rows import NOW, STARTED, added

SUBJECTS: Final = 10
MEMBERSHIPS_EACH: Final = 4
INVOICES_EACH: Final = 6
Copied = dict[str, Callable[[ColumnElement[int]], ColumnElement[Any]]]


def _named(prefix: str) -> Callable[[ColumnElement[int]], ColumnElement[Any]]:
    return lambda i: literal(f"{prefix}_copy", String) + cast(i, String)


def _every_second(prefix: str) -> Callable[[ColumnElement[int]], ColumnElement[Any]]:
    return lambda i: case((i % 2 == 0, _named(prefix)(i)), else_=null())


def _address(i: ColumnElement[int]) -> ColumnElement[Any]:
    return literal("copy", String) + cast(i, String) + literal("@example.com", String)


# In an order that foreign keys allow.
CROWD: Final[tuple[tuple[type[SQLModel], Copied], ...]] = (
    (Person, {}),
    (EmailAddress, {"person_id": _named("people"), "address_key": _address}),
    (
        LoginSession,
        {"person_id": _named("people"), "token_digest": _named("token")},
    ),
    (
        LoginCode,
        {
            "address_key": _address,
            "link_digest": _named("link"),
            "browser_digest": _named("browser"),
        },
    ),
    (
        Customer,
        {
            "stripe_customer_id": _named("cus"),
            "person_id": _every_second("people"),
            "email_key": _address,
            "stripe_default_payment_method_id": _named("pm"),
        },
    ),
    (
        PaymentMethod,
        {"customer_id": _named("customers"), "stripe_payment_method_id": _named("pm")},
    ),
    (
        Membership,
        {"customer_id": _named("customers"), "latest_stripe_invoice_id": _named("in")},
    ),
    (
        Member,
        {
            "membership_id": _named("memberships"),
            "person_id": _every_second("people"),
            "customer_id": _named("customers"),
        },
    ),
    (
        MembershipSubscription,
        {"membership_id": _named("memberships"), "stripe_subscription_id": _named("sub")},
    ),
    (MembershipEvent, {"membership_id": _named("memberships")}),
    (
        Invoice,
        {
            "customer_id": _named("customers"),
            "stripe_invoice_id": _named("in"),
            "stripe_subscription_id": _named("sub"),
        },
    ),
    (
        Payment,
        {
            "customer_id": _named("customers"),
            "invoice_id": _named("invoices"),
            "stripe_payment_intent_id": _named("pi"),
        },
    ),
)


async def subjects(database: Database) -> list[Actor]:
    """Add the people whose pages are read; their cookies' digests are `digest0`, `digest1`, …."""
    async with database.unit_of_work() as session:
        plan = await factories.make_plan(session)
        return [await _subject(session, plan, number) for number in range(SUBJECTS)]


async def _subject(session: AsyncSession, plan: Any, number: int) -> Actor:  # noqa: ANN401
    address = f"subject{number}@example.com"
    person = await factories.make_person(session, address)
    for which in range(MEMBERSHIPS_EACH):
        over = {"stripe_status": "canceled", "ended_at": NOW} if which % 2 else {}
        await _membership(session, person, plan, address, **over)
    times = {"created_at": NOW, "last_seen_at": NOW, "expires_at": NOW + timedelta(hours=12)}
    signed_in = await added(
        session, LoginSession(person_id=person.id, token_digest=f"digest{number}", **times)
    )
    await added(
        session,
        LoginCode(
            address=address,
            address_key=address,
            link_digest=f"link{number}",
            browser_digest=f"browser{number}",
            created_at=NOW,
            expires_at=NOW,
        ),
    )
    return Actor(person_id=person.id, session_id=signed_in.id, email=address, locale="en")


async def _membership(
    session: AsyncSession,
    person: Person,
    plan: Any,  # noqa: ANN401
    address: str,
    **over: Any,  # noqa: ANN401
) -> None:
    customer = await factories.make_customer(session, person, email=address)
    held = await factories.make_membership(session, person, customer=customer, plan=plan, **over)
    await factories.make_payment_method(session, customer)
    await factories.make_event(session, held.membership, "created", happened_at=STARTED)
    for _ in range(INVOICES_EACH):
        invoice = await factories.make_invoice(
            session, customer, stripe_subscription_id=held.stripe_subscription_id
        )
        await factories.make_payment(session, customer, invoice)
    held.membership.latest_stripe_invoice_id = invoice.stripe_invoice_id
    await session.flush()


async def fill(database: Database, times: int) -> None:
    """Copy one row of each kind *times* times.

    PostgreSQL then counts what it has, as its autovacuum would; SQLite never does by itself.
    """
    async with database.engine.begin() as connection:
        for model, over in CROWD:
            await _multiply(connection, model, over, times)
        if not database.is_sqlite:
            await connection.exec_driver_sql("ANALYZE")


async def _multiply(
    connection: AsyncConnection, model: type[SQLModel], over: Copied, times: int
) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    over = {"id": _named(table.name)} | over
    template = await connection.scalar(select(table.c.id).limit(1))
    numbers = select(literal(1).label("i")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.i + 1).where(numbers.c.i < times))
    columns = [column for column in table.c if column.computed is None]
    values = [
        over[column.name](numbers.c.i) if column.name in over else column for column in columns
    ]
    copies = select(*values).select_from(table.join(numbers, true())).where(table.c.id == template)
    await connection.execute(insert(table).from_select(columns, copies))
