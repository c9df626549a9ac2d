"""A page costs the database as many statements as one object does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.ingest.apply import apply_invoices
from portal_app.ingest.importer import together
from portal_app.invoices.models import Invoice, InvoiceLine, Payment
from portal_app.invoices.projection import project_payments
from portal_app.kit.db import Database
from portal_app.kit.observed import Outcome
from portal_app.provider.facts import Page
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts
from tests.db.projection.conftest import Account
from tests.provider.adapter import objects


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine.sync_engine, "before_cursor_execute", hear)


async def cost(account: Account, write: Callable[[AsyncSession], Awaitable[Any]]) -> int:
    async with account.db.unit_of_work() as session:
        with statements(account.db) as said:
            await write(session)
            await session.flush()
    return len(said)


def payment_id(number: int) -> dict[str, Any]:
    return {"id": f"inpay_{number}", "created": 0, "payment": {"payment_intent": f"pi_{number}"}}


async def test_invoices_with_their_lines_payments_and_what_they_tell(account: Account) -> None:
    await account.subscription()

    def page(first: int, size: int) -> Callable[[AsyncSession], Awaitable[list[Outcome]]]:
        facts = [
            invoice_facts(objects.invoice(id=f"in_{n}", payments=objects.listed(payment_id(n))))
            for n in range(first, first + size)
        ]
        observed_at = account.observed_at()
        return lambda session: apply_invoices(session, facts, observed_at=observed_at)

    one, many = await cost(account, page(0, 1)), await cost(account, page(10, 40))
    assert many == one
    assert len(await account.all(Invoice)) == len(await account.all(InvoiceLine)) == 41
    assert (await account.kinds()).count("renewed") == 41
    assert await cost(account, page(10, 40)) <= one  # they are here already


async def test_payments(account: Account) -> None:
    write = together("payments", project_payments)

    def page(first: int, size: int) -> Callable[[AsyncSession], Awaitable[Any]]:
        numbers = range(first, first + size)
        facts = tuple(payment_facts(objects.intent(id=f"pi_{n}")) for n in numbers)
        found = Page(facts, (), account.observed_at(), None)
        return lambda session: write(session, found)

    # BEGIN (on SQLite, where we say it ourselves), two look-ups, an INSERT and the totals.
    assert await cost(account, page(0, 1)) == await cost(account, page(10, 40)) <= 5
    assert len(await account.all(Payment)) == 41
