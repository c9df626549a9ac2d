"""Payment methods as rows: those that a company may know of, and no others.

A company sees what is on file at Stripe customers that one of its memberships is billed to, or was
until it ended. Whoever handed a membership on is no longer billed for it, and out of sight again.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    or_,
    select,
    tuple_,
)
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.customers.models import Customer
from portal_app.kit.columns import UtcDateTime
from portal_app.memberships.models import Member, Membership
from portal_app.payment_methods.models import PaymentMethod


class MethodRow(NamedTuple):
    """What may be told of a payment method."""

    id: str
    kind: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    funding: str
    fingerprint: str
    created_at: datetime


class MethodShape(NamedTuple):
    """All that changes a list's SQL: how many values each filter has, and the direction."""

    descending: bool = True
    of_member: bool = False
    kinds: int = 0
    brands: int = 0
    fundings: int = 0


_METHOD: Final = PaymentMethod
COLUMNS: Final[tuple[Any, ...]] = tuple(col(getattr(_METHOD, name)) for name in MethodRow._fields)
_COMPANY: Final = bindparam("company_id", type_=String())
_KNOWN: Final = exists().where(
    col(Membership.customer_id) == col(_METHOD.customer_id),
    col(Membership.company_id) == _COMPANY,
)
_LIVING: Final = exists().where(
    col(Customer.id) == col(_METHOD.customer_id), col(Customer.deleted_at).is_(None)
)
_OF_MEMBER: Final = col(_METHOD.customer_id) == (
    select(col(Member.customer_id))
    .join(Membership, col(Membership.id) == col(Member.membership_id))
    .where(
        col(Member.id) == bindparam("member_id", type_=String()),
        col(Membership.company_id) == _COMPANY,
    )
    .scalar_subquery()
)


def _visible() -> Select[Any]:
    return (
        select(*COLUMNS)
        .select_from(_METHOD)
        .where(col(_METHOD.detached_at).is_(None), _KNOWN, _LIVING)
    )


_NAMED: Final = _visible().where(col(_METHOD.id) == bindparam("id", type_=String()))
BY_ID: Final = HotRead(_NAMED, MethodRow)
BY_ID_OF_MEMBER: Final = HotRead(_NAMED.where(_OF_MEMBER), MethodRow)


async def find_method(
    method_id: str, *, company_id: str, member_id: str | None = None
) -> MethodRow | None:
    """One by its id (`payt_…`); with *member_id* only if it is that holding's customer's."""
    given = {"id": method_id, "company_id": company_id}
    if member_id is None:
        return await BY_ID.first(**given)
    return await BY_ID_OF_MEMBER.first(**given, member_id=member_id)


@lru_cache(maxsize=128)
def list_methods(shape: MethodShape) -> HotRead[MethodRow]:
    """A window of methods; `any_expiry`, `expired` and `this_month` (`expiry_number`) filter.

    Filters of cards let everything else pass, as at Whop.
    """
    order = [col(_METHOD.created_at), col(_METHOD.id)]
    statement = _visible().where(
        tuple_(*order) > _position("oldest"),
        tuple_(*order) < _position("newest"),
        *_filters(shape),
    )
    if shape.of_member:
        statement = statement.where(_OF_MEMBER)
    return HotRead(
        statement.order_by(
            *(column.desc() if shape.descending else column.asc() for column in order)
        ).limit(bindparam("rows")),
        MethodRow,
    )


def _filters(shape: MethodShape) -> list[ColumnElement[bool]]:
    card = col(_METHOD.kind) == "card"
    number = col(_METHOD.exp_year) * 12 + col(_METHOD.exp_month)
    passed = and_(number.is_not(None), number < bindparam("this_month", type_=Integer()))
    expired = bindparam("expired", type_=Boolean())
    asked = [
        or_(bindparam("any_expiry", type_=Boolean()), and_(passed, expired), ~or_(passed, expired))
    ]
    asked.append(or_(~card, bindparam("any_document", type_=Boolean())))
    if shape.kinds:
        asked.append(col(_METHOD.kind).in_(_binds("kind", shape.kinds)))
    if shape.brands:
        asked.append(or_(~card, col(_METHOD.brand).in_(_binds("brand", shape.brands))))
    if shape.fundings:
        asked.append(or_(~card, col(_METHOD.funding).in_(_binds("funding", shape.fundings))))
    return asked


def expiry_number(moment: datetime) -> int:
    """Months since the year 0: a card whose month has a lower number has expired."""
    return moment.year * 12 + moment.month


def _position(side: str) -> ColumnElement[Any]:
    at = bindparam(f"{side}_at", type_=UtcDateTime())
    return tuple_(at, bindparam(f"{side}_id", type_=String()))


def _binds(name: str, count: int) -> list[ColumnElement[Any]]:
    return [bindparam(f"{name}{number}", type_=String()) for number in range(count)]
