"""Products and plans as rows. A catalogue is small: its filters are conditions, not indexes.

Every statement takes `company_id`; filters that a call does not use are told to let all pass.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    bindparam,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.kit.columns import UtcDateTime

_MOST_VARIANTS: Final = 100


class PlanRow(NamedTuple):
    """A plan, what it is of and whose."""

    id: str
    title: str
    amount_minor: int
    currency: str
    interval: Interval | None
    interval_count: int
    active: bool
    created_at: datetime
    observed_at: datetime
    product_id: str
    product_title: str
    account_id: str
    account_title: str


class ProductRow(NamedTuple):
    """A product and the plan to offer first, whose fields are null where there is none."""

    id: str
    title: str
    description: str
    active: bool
    details: dict[str, Any]
    created_at: datetime
    observed_at: datetime
    account_id: str
    account_title: str
    plan_id: str | None
    plan_title: str | None
    plan_amount_minor: int | None
    plan_currency: str | None
    plan_interval: Interval | None
    plan_interval_count: int | None


_PLAN_COLUMNS: Final = (
    *(col(getattr(Plan, name)) for name in PlanRow._fields[:9]),
    col(Product.id).label("product_id"),
    col(Product.title).label("product_title"),
    col(Company.id).label("account_id"),
    col(Company.title).label("account_title"),
)
_first_plan = aliased(Plan)
_PRODUCT_COLUMNS: Final = (
    *(col(getattr(Product, name)) for name in ProductRow._fields[:7]),
    col(Company.id).label("account_id"),
    col(Company.title).label("account_title"),
    *(
        getattr(_first_plan, name.removeprefix("plan_")).label(name)
        for name in ProductRow._fields[9:]
    ),
)
_FIRST_PLAN_ID: Final = (
    select(col(Plan.id))
    .where(col(Plan.product_id) == col(Product.id), col(Plan.active))
    .order_by(col(Plan.created_at), col(Plan.id))
    .limit(1)
    .correlate(Product)
    .scalar_subquery()
)
_COMPANY: Final = col(Product.company_id) == bindparam("company_id", type_=String())


def _plans() -> Select[Any]:
    return (
        select(*_PLAN_COLUMNS)
        .select_from(Product)
        .join(Plan, col(Plan.product_id) == col(Product.id))
        .join(Company, col(Company.id) == col(Product.company_id))
        .where(_COMPANY)
    )


def _products() -> Select[Any]:
    return (
        select(*_PRODUCT_COLUMNS)
        .select_from(Product)
        .join(Company, col(Company.id) == col(Product.company_id))
        .outerjoin(_first_plan, col(_first_plan.id) == _FIRST_PLAN_ID)
        .where(_COMPANY)
    )


def _named(model: type[Plan | Product]) -> ColumnElement[bool]:
    return col(model.id) == bindparam("id", type_=String())


PLAN_BY_ID: Final = HotRead(_plans().where(_named(Plan)), PlanRow)
PRODUCT_BY_ID: Final = HotRead(_products().where(_named(Product)), ProductRow)
PLANS_ON_SALE: Final = HotRead(
    _plans()
    .where(_named(Product), col(Plan.active))
    .order_by(col(Plan.created_at), col(Plan.id))
    .limit(_MOST_VARIANTS),
    PlanRow,
)


@lru_cache(maxsize=128)
def list_plans(*, descending: bool, products: int) -> HotRead[PlanRow]:
    """A window of plans; `active` and `archived`, `renewal` and `one_time` say which may pass."""
    own = _passing(_plans(), Plan).where(
        or_(col(Plan.interval).is_not(None), _flag("one_time")),
        or_(col(Plan.interval).is_(None), _flag("renewal")),
    )
    if products:
        named = [bindparam(f"product{number}", type_=String()) for number in range(products)]
        own = own.where(col(Product.id).in_(named))
    return HotRead(_windowed(own, Plan, descending=descending), PlanRow)


@lru_cache(maxsize=2)
def list_products(*, descending: bool) -> HotRead[ProductRow]:
    """A window of products; `any_text` or those that contain `text` (in lower case, escaped)."""
    text = bindparam("text", type_=String())
    searched = [
        func.lower(col(column)).like(text, escape="\\")
        for column in (Product.title, Product.description)
    ]
    on_sale = exists().where(
        col(Plan.product_id) == col(Product.id),
        col(Plan.active),
        or_(col(Plan.interval).is_not(None), _flag("one_time")),
        or_(col(Plan.interval).is_(None), _flag("renewal")),
    )
    own = _passing(_products(), Product).where(
        or_(_flag("any_text"), *searched), or_(_flag("any_kind"), on_sale)
    )
    return HotRead(_windowed(own, Product, descending=descending), ProductRow)


def _passing(statement: Select[Any], model: type[Plan | Product]) -> Select[Any]:
    return statement.where(
        or_(~col(model.active), _flag("active")), or_(col(model.active), _flag("archived"))
    )


def _windowed(
    statement: Select[Any], model: type[Plan | Product], *, descending: bool
) -> Select[Any]:
    order = [col(model.created_at), col(model.id)]
    return (
        statement.where(tuple_(*order) > _position("oldest"), tuple_(*order) < _position("newest"))
        .order_by(*(column.desc() if descending else column.asc() for column in order))
        .limit(bindparam("rows"))
    )


def _position(side: str) -> ColumnElement[Any]:
    at = bindparam(f"{side}_at", type_=UtcDateTime())
    return tuple_(at, bindparam(f"{side}_id", type_=String()))


def _flag(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=Boolean())
