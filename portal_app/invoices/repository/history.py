"""The order of the billing history: invoices and payments without one, newest first, by pages.

Every subselect runs along an index and stops at the page's size, so that the ten thousandth page
costs what the first does. No OFFSET, no COUNT (design.md §6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.models import BillingTotal, Invoice, InvoiceStatus, Payment
from portal_app.invoices.repository.standing import (
    AMONG_REFUNDED,
    OF_PAYMENTS,
    as_invoice,
    as_payment,
    last_refunded,
    stands_alone,
)
from portal_app.invoices.rules.standing import REFUNDS
from portal_app.invoices.rules.wanted import Bills, Wanted
from portal_app.kit.ids import has_prefix

# Above it one sorted read of everything costs less than a subselect for each customer.
_APART: Final = 100
Keys: TypeAlias = Select[*tuple[Any, ...]]
Condition: TypeAlias = ColumnElement[bool]


class Key(NamedTuple):
    """Where an entry stands. *id* is of the row that places it, *invoice_id* its invoice."""

    moment: datetime
    id: str
    invoice_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Entries `older` or `newer` than a place, or `from` it on to older ones."""

    key: Key
    way: Literal["older", "newer", "from"] = "older"


async def own_customers(session: AsyncSession, actor: Actor) -> Sequence[str]:
    """Of the actor's person; everything below is asked for these and no others."""
    statement = select(col(Customer.id)).where(col(Customer.person_id) == actor.person_id)
    return (await session.scalars(statement.order_by(col(Customer.id)))).all()


async def totals_of(session: AsyncSession, customers: Sequence[str]) -> Sequence[BillingTotal]:
    statement = select(BillingTotal).where(col(BillingTotal.customer_id).in_(customers))
    return (await session.scalars(statement)).all()


async def place_of(session: AsyncSession, customers: Sequence[str], given_id: str) -> Key | None:
    """Of one of their invoices or payments, by our id; anything else has none."""
    if not (has_prefix(given_id, "inv") or has_prefix(given_id, "pay")):
        return None
    model = Payment if given_id.startswith("pay_") else Invoice
    moment = col(Payment.created_at) if model is Payment else col(Invoice.issued_at)
    invoice_id = col(Payment.invoice_id) if model is Payment else col(Invoice.id)
    statement = select(moment, col(model.id), invoice_id).where(
        col(model.id) == given_id, col(model.customer_id).in_(customers)
    )
    found = (await session.execute(statement)).one_or_none()
    return Key(*found) if found else None


async def keys_of(
    session: AsyncSession,
    customers: Sequence[str],
    wanted: Wanted,
    now: datetime,
    *,
    cursor: Cursor | None = None,
    limit: int,
) -> list[Key]:
    """At most *limit* places, newest first; with a cursor those next to it."""
    parts = [_page(part, cursor, limit) for part in _parts(customers, wanted, now)]
    if not parts:
        return []
    rows = union_all(*[select(part.subquery()) for part in parts]).subquery()
    statement = _ordered(select(rows), rows.c.moment, rows.c.id, cursor).limit(limit)
    found = [Key(*row) for row in await session.execute(statement)]
    return found[::-1] if _upwards(cursor) else found


def _parts(customers: Sequence[str], wanted: Wanted, now: datetime) -> list[Keys]:
    if not customers:
        return []
    if wanted.standing in REFUNDS:
        apart = _apart(col(Payment.customer_id), customers)
        return [_refunded(where, wanted, now) for where in apart]
    parts = [_invoices(where, wanted, now) for where in _invoice_sources(customers, wanted)]
    if not wanted.number and wanted.standing in {None, *OF_PAYMENTS}:
        parts += [_alone(where, wanted) for where in _payment_sources(customers, wanted)]
    return parts


def _invoice_sources(customers: Sequence[str], wanted: Wanted) -> list[Condition]:
    if wanted.bills is None:
        return _apart(col(Invoice.customer_id), customers)
    theirs = col(Invoice.customer_id).in_(customers)
    return [and_(one, theirs) for one in _billed(wanted.bills)]


def _payment_sources(customers: Sequence[str], wanted: Wanted) -> list[Condition]:
    """Of payments without an invoice."""
    if wanted.bills is None:
        return _apart(col(Payment.customer_id), customers)
    return [and_(_bought(wanted.bills), col(Payment.customer_id).in_(customers))]


def _billed(bills: Bills) -> list[Condition]:
    named = [col(Invoice.stripe_subscription_id) == one for one in bills.subscription_ids]
    if bills.invoice_id:
        named.append(col(Invoice.stripe_invoice_id) == bills.invoice_id)
    return named


def _bought(bills: Bills) -> Condition:
    return col(Payment.stripe_payment_intent_id) == (bills.payment_intent_id or "")


def _apart(column: Any, customers: Sequence[str]) -> list[Condition]:  # noqa: ANN401
    if len(customers) > _APART:
        return [column.in_(customers)]
    return [column == one for one in customers]


def _invoices(where: Condition, wanted: Wanted, now: datetime) -> Keys:
    issued = col(Invoice.issued_at)
    statement: Keys = select(
        issued.label("moment"), col(Invoice.id), col(Invoice.id).label("invoice_id")
    )
    statement = statement.where(where, col(Invoice.status) != InvoiceStatus.DRAFT)
    if wanted.year is not None:
        statement = statement.where(*_within(issued, wanted.year))
    if wanted.number:
        statement = statement.where(_numbered(wanted.number))
    if wanted.standing is not None:
        statement = statement.where(as_invoice(wanted.standing, now))
    return statement


def _alone(where: Condition, wanted: Wanted) -> Keys:
    made = col(Payment.created_at)
    statement = _payment_keys().where(where, stands_alone())
    if wanted.year is not None:
        statement = statement.where(*_within(made, wanted.year))
    if wanted.standing is not None:
        statement = statement.where(as_payment(wanted.standing))
    return statement


def _refunded(where: Condition, wanted: Wanted, now: datetime) -> Keys:
    """Entries that gave money back, in the order of the payments that did: those have an index."""
    assert wanted.standing is not None  # noqa: S101 -- `_parts` asked
    entry = and_(last_refunded(), as_invoice(wanted.standing, now))
    if wanted.number:
        entry = and_(entry, _numbered(wanted.number))
    else:
        entry = or_(entry, and_(stands_alone(), as_payment(wanted.standing)))
    statement = (
        _payment_keys()
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(where, AMONG_REFUNDED, entry)
    )
    if wanted.bills is not None:
        statement = statement.where(or_(_bought(wanted.bills), *_billed(wanted.bills)))
    if wanted.year is not None:
        statement = statement.where(col(Payment.billed_year) == wanted.year)
    return statement


def _payment_keys() -> Keys:
    return select(col(Payment.created_at).label("moment"), col(Payment.id), col(Payment.invoice_id))


def _within(column: Any, year: int) -> tuple[Condition, Condition]:  # noqa: ANN401
    """The same rows as `billed_year` has, along the index that the order needs."""
    return column >= datetime(year, 1, 1, tzinfo=UTC), column < datetime(year + 1, 1, 1, tzinfo=UTC)


def _numbered(part: str) -> Condition:
    return col(Invoice.number).contains(part, autoescape=True)


def _upwards(cursor: Cursor | None) -> bool:
    return cursor is not None and cursor.way == "newer"


def _page(part: Keys, cursor: Cursor | None, limit: int) -> Keys:
    moment, own_id = part.selected_columns[0], part.selected_columns[1]
    moment = getattr(moment, "element", moment)  # the column behind the label
    if cursor is not None:
        place = (cursor.key.moment, cursor.key.id)
        here = tuple_(moment, own_id)
        beyond = {"older": here < place, "newer": here > place, "from": here <= place}
        part = part.where(beyond[cursor.way])
    return _ordered(part, moment, own_id, cursor).limit(limit)


def _ordered(part: Keys, moment: Any, own_id: Any, cursor: Cursor | None) -> Keys:  # noqa: ANN401
    if _upwards(cursor):
        return part.order_by(moment, own_id)
    return part.order_by(moment.desc(), own_id.desc())
