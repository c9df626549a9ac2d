"""Plans in whop-sdk 2.6.0's words; its newer word for the same is variant."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from portal_app.api.catalog_filters import PLAN_TYPES, VISIBILITIES, passing
from portal_app.api.catalog_read import PLAN_BY_ID, PlanRow, list_plans
from portal_app.api.listing import numbered
from portal_app.api.membership_list import ACCOUNT, PRODUCTS
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, cut, read_window
from portal_app.api.query import Parameter
from portal_app.api.scopes import PLAN_BASIC_READ
from portal_app.api.shapes import PageInfo
from portal_app.api.shapes import Plan as PlanJson
from portal_app.api.values import formatted_price, money_json, period_days, timestamp
from portal_app.kit.errors import NotFound
from portal_app.kit.ids import has_prefix
from portal_app.kit.money import Money

RELEASE_METHODS: Final = Parameter(
    name="release_methods",
    says="Everything is `buy_now`; there are no waiting lists here.",
    many=True,
    choices=("buy_now", "waitlist"),
)


class _Page(TypedDict):
    data: list[PlanJson]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    rows = await _rows(call, window.bounds, descending=window.reads_descending)
    page, info = cut(rows, window, _position)
    return {"data": [plan_json(row) for row in page], "page_info": info}


async def _rows(call: Call, bounds: dict[str, Any], *, descending: bool) -> list[PlanRow]:
    query, company_id = call.query, call.caller.company_id
    elsewhere = any(named != company_id for named in query.values(ACCOUNT))
    released = query.values(RELEASE_METHODS)
    if elsewhere or (released and "buy_now" not in released):
        return []
    products = query.values(PRODUCTS)
    return await list_plans(descending=descending, products=len(products)).all(
        company_id=company_id,
        **bounds,
        **passing(query),
        **numbered(product=products),
    )


async def _retrieve(call: Call) -> PlanJson:
    name, row = call.path["id"], None
    if has_prefix(name, "plan"):
        row = await PLAN_BY_ID.first(id=name, company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that plan.")
    return plan_json(row)


def _operations(path: str, one: str, many: str) -> tuple[Operation, ...]:
    return (
        Operation(
            name=f"list{many}",
            path=path,
            scope=PLAN_BASIC_READ,
            summary=f"List {many.lower()}",
            says="The prices of the company's products, newest first.",
            answer=_list,
            returns=PlanJson,
            listing=True,
            parameters=(
                *(ACCOUNT, PRODUCTS, VISIBILITIES, PLAN_TYPES, RELEASE_METHODS),
                *PAGING,
            ),
        ),
        Operation(
            name=f"retrieve{one}",
            path=f"{path}/{{id}}",
            scope=PLAN_BASIC_READ,
            summary=f"Retrieve a {one.lower()}",
            says="By its id (`plan_…`). Nothing is sold here, so `purchase_url` is empty.",
            answer=_retrieve,
            returns=PlanJson,
        ),
    )


OPERATIONS: Final = (
    *_operations("/plans", "Plan", "Plans"),
    *_operations("/variants", "Variant", "Variants"),
)


def _position(row: PlanRow) -> Position:
    return Position(row.created_at, row.id)


def plan_json(row: PlanRow) -> PlanJson:
    """Prices are major units as numbers, as the SDK has them; `initial_price_due` is exact."""
    price = Money(row.amount_minor, row.currency)
    recurring = row.interval is not None
    return {
        "id": row.id,
        "account": {"id": row.account_id, "title": row.account_title},
        "product": {"id": row.product_id, "title": row.product_title},
        "title": row.title or None,
        "description": None,
        "plan_type": "renewal" if recurring else "one_time",
        "visibility": "visible" if row.active else "archived",
        "release_method": "buy_now",
        "currency": row.currency.lower(),
        "initial_price": 0.0 if recurring else float(price.decimal),
        "renewal_price": float(price.decimal) if recurring else 0.0,
        "initial_price_due": money_json(price),
        "formatted_price": formatted_price(price, row.interval, row.interval_count),
        "billing_period": period_days(row.interval, row.interval_count),
        "expiration_days": None,
        "trial_period_days": None,
        "purchase_url": "",
        "collect_tax": False,
        "tax_type": "unspecified",
        "adaptive_pricing_enabled": False,
        "attributes": None,
        "cancel_discount_intervals": None,
        "cancel_discount_percentage": None,
        "checkout_styling": None,
        "custom_fields": [],
        "deletable": False,
        "effective_payment_method_configuration": None,
        "image": None,
        "internal_notes": None,
        "invoice": None,
        "member_count": None,
        "metadata": {},
        "offer_cancel_discount": False,
        "payment_method_configuration": None,
        "sku": None,
        "split_pay_required_payments": None,
        "stock": None,
        "strike_through_initial_price": None,
        "strike_through_renewal_price": None,
        "three_ds_level": None,
        "unlimited_stock": True,
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.observed_at),
    }
