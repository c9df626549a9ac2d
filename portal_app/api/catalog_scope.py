"""What a list runs along: the key's company, or products or plans of it that were named."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, select
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.api.operations import Call
from portal_app.api.query import Parameter
from portal_app.catalog.models import Plan, Product


class Scope(NamedTuple):
    """*lead* is `company`, `product` or `plan`; *values* are ids of the caller's own."""

    lead: str
    values: tuple[str, ...]


async def scope_of(
    call: Call, *, account: Parameter, products: Parameter, plans: Parameter
) -> Scope | None:
    """The scope that *call* names; None when nothing of the caller's is in it.

    Foreign and unknown ids drop out here, so that no list is searched for what it can't hold.
    """
    own, company_id = call.query, call.caller.company_id
    if any(named != company_id for named in own.values(account)):
        return None
    product_ids, plan_ids = own.values(products), own.values(plans)
    if not product_ids and not plan_ids:
        return Scope("company", (company_id,))
    read = _own(len(product_ids), len(plan_ids))
    found = await read.all(
        company_id=company_id,
        **{f"product{number}": one for number, one in enumerate(product_ids)},
        **{f"plan{number}": one for number, one in enumerate(plan_ids)},
    )
    return Scope("plan" if plan_ids else "product", tuple(found)) if found else None


@lru_cache(maxsize=128)
def _own(products: int, plans: int) -> HotRead[str]:
    """Which of so many products, or of so many plans of them, are the company's."""
    wanted = col(Plan.id) if plans else col(Product.id)
    statement: Select[Any] = select(wanted.label("id")).select_from(Product)
    if plans:
        named = [bindparam(f"plan{number}", type_=String()) for number in range(plans)]
        statement = statement.join(Plan, col(Plan.product_id) == col(Product.id)).where(
            col(Plan.id).in_(named)
        )
    if products:
        given = [bindparam(f"product{number}", type_=String()) for number in range(products)]
        statement = statement.where(col(Product.id).in_(given))
    company_id = bindparam("company_id", type_=String())
    return HotRead(statement.where(col(Product.company_id) == company_id), str)
