"""Entries of the billing history with what a list says about each; a few queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan, Product
from portal_app.invoices.models import Invoice, InvoiceLine, Payment
from portal_app.invoices.repository.history import Key

Row = TypeVar("Row", Invoice, Payment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An invoice with all its payments, or a payment that stands alone.

    *products* are the titles of what was billed, each once, as far as the catalogue knows them;
    *description* is what the bill itself says.
    """

    key: Key
    invoice: Invoice | None
    payments: tuple[Payment, ...]
    products: tuple[str, ...] = ()
    description: str = ""

    @property
    def payment(self) -> Payment:
        """The one that stands alone."""
        return self.payments[0]

    @property
    def id(self) -> str:
        return self.payment.id if self.invoice is None else self.invoice.id


async def entries_at(session: AsyncSession, keys: Sequence[Key]) -> list[Entry]:
    """In the order of the keys, whose owner was asked when they were read."""
    invoice_ids = [key.invoice_id for key in keys if key.invoice_id]
    invoices = {row.id: row for row in await _by_id(session, Invoice, invoice_ids)}
    alone = [key.id for key in keys if not key.invoice_id]
    single = {row.id: row for row in await _by_id(session, Payment, alone)}
    payments = await payments_of(session, invoice_ids)
    lines = await _billed(session, invoice_ids)
    return [
        _of_invoice(key, invoices[which], payments[which], lines[which])
        if (which := key.invoice_id)
        else _of_payment(key, single[key.id])
        for key in keys
    ]


def _of_payment(key: Key, payment: Payment) -> Entry:
    return Entry(key=key, invoice=None, payments=(payment,), description=payment.description)


def _of_invoice(
    key: Key, invoice: Invoice, payments: Sequence[Payment], lines: Sequence[tuple[str, str]]
) -> Entry:
    titles = dict.fromkeys(title for title, _ in lines if title)
    described = next((text for _, text in lines if text), "")
    return Entry(
        key=key,
        invoice=invoice,
        payments=tuple(payments),
        products=tuple(titles),
        description=invoice.description or described,
    )


async def _by_id(session: AsyncSession, model: type[Row], ids: Sequence[str]) -> Sequence[Row]:
    if not ids:
        return []
    return (await session.scalars(select(model).where(col(model.id).in_(ids)))).all()


async def payments_of(
    session: AsyncSession, invoice_ids: Iterable[str]
) -> defaultdict[str, list[Payment]]:
    """Every attempt by its invoice, oldest first."""
    found: defaultdict[str, list[Payment]] = defaultdict(list)
    wanted = sorted(set(invoice_ids))
    if wanted:
        statement = select(Payment).where(col(Payment.invoice_id).in_(wanted))
        ordered = statement.order_by(col(Payment.created_at), col(Payment.id))
        for payment in await session.scalars(ordered):
            found[str(payment.invoice_id)].append(payment)
    return found


async def _billed(
    session: AsyncSession, invoice_ids: Sequence[str]
) -> defaultdict[str, list[tuple[str, str]]]:
    """Product and description of each line, by invoice."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    if invoice_ids:
        statement = (
            select(col(InvoiceLine.invoice_id), col(Product.title), col(InvoiceLine.description))
            .outerjoin(Plan, col(Plan.stripe_price_id) == col(InvoiceLine.stripe_price_id))
            .outerjoin(Product, col(Product.id) == col(Plan.product_id))
            .where(col(InvoiceLine.invoice_id).in_(invoice_ids))
            .order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position))
        )
        for invoice_id, title, description in await session.execute(statement):
            found[invoice_id].append((title or "", description))
    return found
