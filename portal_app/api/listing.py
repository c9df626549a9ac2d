"""The SQL of lists that run along memberships: of memberships, and of their holdings.

A filter by several values is one short index scan for each, put together and cut: an `IN` over
the same index would have to sort everything that matches. So a page costs the same whether a
thousand memberships match or a million (bench/growth_api.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import SQLModel, col

from portal_app.api.granting import grants_access
from portal_app.kit.columns import UtcDateTime
from portal_app.kit.unindexed import unindexed
from portal_app.memberships.models import Member, Membership

BUCKET: Final = SQLModel.metadata.tables["memberships"].c.bucket
_OPEN: Final = col(Member.until_at).is_(None)
_AT: Final[Any] = col(Membership.created_at)
_ID: Final[Any] = col(Membership.id)
_HOLDING_ID: Final[Any] = col(Member.id)
_LEADS: Final[dict[str, Any]] = {
    "company": col(Membership.company_id),
    "product": col(Membership.product_id),
    "plan": col(Membership.plan_id),
}


class Shape(NamedTuple):
    """All that changes a list's SQL, as opposed to its parameters; each is compiled once.

    The *lead* column has one of *leads* values (`lead0`, …), the bucket one of *buckets*
    (`bucket0`, …; any when there is none).
    """

    lead: str = "company"
    leads: int = 1
    buckets: int = 0
    descending: bool = True
    or_else: str = ""  # beside the buckets: "unclaimed" memberships, "closed" holdings
    # Who holds it: "person" (what they hold now), "member" (one holding), "member_of_person" (both
    # agree), "people" (persons or customers). Few rows: these lead and all else only filters.
    holder: str = ""
    holders: int = 0
    # For holdings only.
    holding: str = ""  # "open", "closed"
    access: str = ""  # "granted", "refused"
    exceptions: int = 0  # products for which other policies hold


class Page(NamedTuple):
    """The rows of one window as a FROM clause, in order by `at`, `id` and, of holdings, `tie`."""

    rows: FromClause
    order: list[ColumnElement[Any]]


@lru_cache(maxsize=512)
def page_of_memberships(shape: Shape) -> Page:
    """Ids of a window's memberships; parameters: `Window.bounds` and those of *shape*."""
    at, own_id = _AT, _ID
    start = select(at.label("at"), own_id.label("id"))
    within = and_(
        tuple_(at, own_id) > _position("oldest"), tuple_(at, own_id) < _position("newest")
    )
    return _page(start.where(within), shape, [at, own_id])


@lru_cache(maxsize=512)
def page_of_holdings(shape: Shape) -> Page:
    """Ids of a window's holdings as `tie`; those of one membership stand side by side."""
    at, own_id, tie = _AT, _ID, _HOLDING_ID
    start = (
        select(at.label("at"), own_id.label("id"), tie.label("tie"))
        .select_from(Membership)
        .join(Member, col(Member.membership_id) == own_id)
    )
    # The pair can be looked up in the index of memberships, the triple settles what is left.
    pair, triple = tuple_(at, own_id), tuple_(at, own_id, tie)
    within = and_(
        pair >= _position("oldest"),
        pair <= _position("newest"),
        triple > _position("oldest", tie=True),
        triple < _position("newest", tie=True),
    )
    conditions = [within, *_of_holdings(shape)]
    return _page(start.where(*conditions), shape, [at, own_id, tie])


def _position(side: str, *, tie: bool = False) -> ColumnElement[Any]:
    parts = [bindparam(f"{side}_at", type_=UtcDateTime()), bindparam(f"{side}_id", type_=String())]
    return tuple_(*parts, *([bindparam(f"{side}_tie", type_=String())] if tie else []))


def _page(start: Select[Any], shape: Shape, order: list[Any]) -> Page:
    if shape.holder:
        start = start.where(_held_by(shape), *_all_at_once(shape))
        branches = [_cut(start, shape, order)]
    else:
        branches = [_cut(start.where(*one), shape, order) for one in _one_by_one(shape)]
    if len(branches) == 1:
        rows: FromClause = branches[0].subquery("page")
        return Page(rows, _directed(list(rows.c), shape))
    together = union_all(*(select(branch.subquery()) for branch in branches)).subquery("matches")
    rows = _cut(select(together), shape, list(together.c)).subquery("page")
    return Page(rows, _directed(list(rows.c), shape))


def _cut(start: Select[Any], shape: Shape, order: list[Any]) -> Select[Any]:
    return start.order_by(*_directed(order, shape)).limit(bindparam("rows"))


def _directed(order: list[Any], shape: Shape) -> list[ColumnElement[Any]]:
    return [column.desc() if shape.descending else column.asc() for column in order]


def _one_by_one(shape: Shape) -> Iterator[list[ColumnElement[bool]]]:
    """For each combination of a lead and a bucket, the conditions that an index answers."""
    lead = _LEADS[shape.lead]
    always: list[ColumnElement[bool]] = []
    if shape.lead != "company":
        always.append(_of_company())
    separate = 0 if shape.or_else else shape.buckets
    if shape.or_else:
        always.append(_bucket_or_else(shape))
    for one, bucket in product(range(shape.leads), range(separate) if separate else (None,)):
        conditions = [lead == bindparam(f"lead{one}", type_=String()), *always]
        if bucket is not None:
            conditions.append(bindparam(f"bucket{bucket}", type_=String()) == BUCKET)
        yield conditions


def _all_at_once(shape: Shape) -> Iterator[ColumnElement[bool]]:
    """The same conditions as a filter over the few rows of a holder."""
    yield _of_company()
    if shape.lead != "company":
        yield _LEADS[shape.lead].in_(_binds("lead", shape.leads))
    if shape.or_else:
        yield _bucket_or_else(shape)
    elif shape.buckets:
        yield BUCKET.in_(_binds("bucket", shape.buckets))


def _of_company() -> ColumnElement[bool]:
    own = unindexed(col(Membership.company_id))
    return own == bindparam("company_id", type_=String())


def _bucket_or_else(shape: Shape) -> ColumnElement[bool]:
    bucket = BUCKET.in_(_binds("bucket", shape.buckets)) if shape.buckets else false()
    if shape.or_else == "closed":
        return or_(and_(_OPEN, bucket), ~_OPEN)
    unclaimed = exists().where(
        col(Member.membership_id) == col(Membership.id), _OPEN, col(Member.person_id).is_(None)
    )
    return or_(bucket, unclaimed.correlate(Membership))


def _held_by(shape: Shape) -> ColumnElement[bool]:
    names = _binds("holder", shape.holders)
    if shape.holder == "people":
        return or_(col(Member.person_id).in_(names), col(Member.customer_id).in_(names))
    held = select(col(Member.membership_id))
    member, person = col(Member.id), and_(col(Member.person_id) == names[-1], _OPEN)
    if shape.holder.startswith("member"):
        held = held.where(member == names[0])
    if shape.holder.endswith("person"):
        held = held.where(person)
    return col(Membership.id).in_(held)


def _of_holdings(shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.holding == "open":
        yield _OPEN
    if shape.holding == "closed":
        yield ~_OPEN
    if shape.access == "granted":
        yield and_(_OPEN, grants_access(shape.exceptions))
    if shape.access == "refused":
        yield or_(~_OPEN, ~grants_access(shape.exceptions))


def _binds(name: str, count: int) -> list[ColumnElement[Any]]:
    return [bindparam(f"{name}{number}", type_=String()) for number in range(count)]


def numbered(**values: Iterable[str]) -> dict[str, str]:
    """Parameters of a shape: `lead=("a", "b")` is `{"lead0": "a", "lead1": "b"}`."""
    return {
        f"{name}{number}": value
        for name, several in values.items()
        for number, value in enumerate(several)
    }
