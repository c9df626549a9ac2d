"""Products in whop-sdk 2.6.0's words."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from portal_app.api.catalog_filters import PLAN_TYPES, VISIBILITIES, passing
from portal_app.api.catalog_read import (
    PLANS_ON_SALE,
    PRODUCT_BY_ID,
    PlanRow,
    ProductRow,
    list_products,
)
from portal_app.api.membership_list import ACCOUNT
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, cut, read_window
from portal_app.api.plans import plan_json
from portal_app.api.query import Parameter, refuse
from portal_app.api.scopes import PRODUCT_BASIC_READ
from portal_app.api.shapes import PageInfo, ProductListItem, ProductPublicPlan
from portal_app.api.shapes import Product as ProductJson
from portal_app.api.values import money_json, period_days, timestamp
from portal_app.kit.errors import NotFound
from portal_app.kit.ids import has_prefix
from portal_app.kit.money import Money

TEXT: Final = Parameter(name="query", says="Contained in the title or the description.")
_ELSEWHERE: Final = tuple(
    Parameter(name=name, says="Not available here.")
    for name in (
        "marketplace_category_route",
        "price_minimum",
        "price_maximum",
        "access_pass_types",
        "labels",
    )
)


class _Page(TypedDict):
    data: list[ProductListItem]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    rows = await _rows(call, window.bounds, descending=window.reads_descending)
    page, info = cut(rows, window, _position)
    return {"data": [_item_json(row) for row in page], "page_info": info}


async def _rows(call: Call, bounds: dict[str, Any], *, descending: bool) -> list[ProductRow]:
    query, company_id = call.query, call.caller.company_id
    refuse(query, *_ELSEWHERE)
    if any(named != company_id for named in query.values(ACCOUNT)):
        return []
    text = query.value(TEXT)
    return await list_products(descending=descending).all(
        company_id=company_id,
        any_text=not text,
        text=_containing(text or ""),
        any_kind=not query.values(PLAN_TYPES),
        **bounds,
        **passing(query),
    )


def _containing(text: str) -> str:
    """A LIKE pattern for *text* anywhere, its own wildcards taken literally."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text.lower()}%"


async def _retrieve(call: Call) -> ProductJson:
    name, company_id = call.path["id"], call.caller.company_id
    row = None
    if has_prefix(name, "prod"):
        row = await PRODUCT_BY_ID.first(id=name, company_id=company_id)
    if row is None:
        raise NotFound("We can't find that product.")
    plans = await PLANS_ON_SALE.all(id=row.id, company_id=company_id)
    return _product_json(row, plans)


OPERATIONS: Final = (
    Operation(
        name="listProducts",
        path="/products",
        scope=PRODUCT_BASIC_READ,
        summary="List products",
        says="The company's products, newest first. There is no marketplace to search.",
        answer=_list,
        returns=ProductListItem,
        listing=True,
        parameters=(ACCOUNT, TEXT, VISIBILITIES, PLAN_TYPES, *PAGING),
    ),
    Operation(
        name="retrieveProduct",
        path="/products/{id}",
        scope=PRODUCT_BASIC_READ,
        summary="Retrieve a product",
        says="By its id (`prod_…`), with the plans that are on sale as `variants`.",
        answer=_retrieve,
        returns=ProductJson,
    ),
)


def _position(row: ProductRow) -> Position:
    return Position(row.created_at, row.id)


def _item_json(row: ProductRow) -> ProductListItem:
    metadata: dict[str, Any] = row.details.get("metadata", {})
    own = {key: value for key, value in metadata.items() if not key.startswith("portal_")}
    return {
        "id": row.id,
        "title": row.title,
        "description": row.description or None,
        "headline": None,
        "route": row.id,
        "visibility": "visible" if row.active else "archived",
        "account": {"id": row.account_id, "title": row.account_title},
        "default_plan": _default_plan(row),
        "metadata": own,
        "member_count": 0,
        "average_review_rating": 0.0,
        "published_reviews_count": 0,
        "gallery_images": [],
        "labels": [],
        "external_identifier": None,
        "variant_attributes": None,
        "verified": False,
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.observed_at),
    }


def _default_plan(row: ProductRow) -> ProductPublicPlan | None:
    """The oldest plan that is on sale."""
    if row.plan_id is None or row.plan_currency is None:
        return None
    price = Money(row.plan_amount_minor or 0, row.plan_currency)
    recurring = row.plan_interval is not None
    return {
        "id": row.plan_id,
        "title": row.plan_title or None,
        "plan_type": "renewal" if recurring else "one_time",
        "visibility": "visible",
        "billing_period": period_days(row.plan_interval, row.plan_interval_count or 1),
        "expiration_days": None,
        "initial_price": money_json(price),
        "renewal_price": money_json(price if recurring else Money(0, row.plan_currency)),
        "unlimited_stock": True,
    }


def _product_json(row: ProductRow, plans: list[PlanRow]) -> ProductJson:
    return {
        **_item_json(row),
        "variants": [plan_json(plan) for plan in plans],
        "marketplace_status": "not_available",
        "custom_cta": None,
        "custom_cta_url": None,
        "custom_statement_descriptor": None,
        "global_affiliate_percentage": None,
        "global_affiliate_status": None,
        "member_affiliate_percentage": None,
        "member_affiliate_status": None,
        "owner_user": None,
        "product_tax_code": None,
    }
