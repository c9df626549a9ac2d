"""Invoices for what a company sells, in whop-sdk 2.6.0's words."""

from __future__ import annotations

from typing import Final, TypedDict

from portal_app.api.billed_read import lines_of
from portal_app.api.billing_shapes import Invoice as InvoiceJson
from portal_app.api.billing_shapes import InvoiceListItem
from portal_app.api.invoice_json import invoice_json, list_item_json
from portal_app.api.invoice_read import (
    BY_ID,
    METHODS,
    STATUSES,
    InvoiceRow,
    InvoiceShape,
    list_invoices,
)
from portal_app.api.listing import numbered
from portal_app.api.membership_list import ACCOUNT
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, Window, cut, read_window
from portal_app.api.query import Parameter
from portal_app.api.scopes import INVOICE_BASIC_READ
from portal_app.api.shapes import PageInfo
from portal_app.kit.clock import business_now
from portal_app.kit.errors import NotFound
from portal_app.kit.ids import has_prefix

STATUS: Final = Parameter(
    name="statuses", says="Those in any of these states.", many=True, choices=tuple(STATUSES)
)
METHOD: Final = Parameter(
    name="collection_methods",
    says="Those that are paid in any of these ways: sent with a day to pay by, or charged.",
    many=True,
    choices=tuple(METHODS),
)
PRODUCTS: Final = Parameter(
    name="product_ids", says="Those with a line for any of these products.", many=True
)


class _Page(TypedDict):
    data: list[InvoiceListItem]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    page, info = cut(await _read(call, window), window, _position)
    lines = await lines_of(call.caller.company_id, [row.id for row in page])
    now = business_now()
    written = [list_item_json(row, lines[row.id], call.caller, now) for row in page]
    return {"data": written, "page_info": info}


async def _read(call: Call, window: Window) -> list[InvoiceRow]:
    statuses, methods, products = (call.query.values(one) for one in (STATUS, METHOD, PRODUCTS))
    shape = InvoiceShape(
        descending=window.reads_descending,
        statuses=tuple(sorted(statuses)),
        method=methods[0] if len(methods) == 1 else "",
        products=len(products),
    )
    if call.query.value(ACCOUNT) not in {None, call.caller.company_id}:
        return []
    return await list_invoices(shape).all(
        company_id=call.caller.company_id,
        now=business_now(),
        **numbered(product=products),
        **window.bounds,
    )


async def _retrieve(call: Call) -> InvoiceJson:
    """NotFound alike for what is not there and what is another company's."""
    name, company_id = call.path["id"], call.caller.company_id
    row = None
    if has_prefix(name, "inv"):
        row = await BY_ID.first(id=name, company_id=company_id)
    if row is None:
        raise NotFound("We can't find that invoice.")
    lines = await lines_of(company_id, [row.id])
    return invoice_json(row, lines[row.id], call.caller, business_now())


def _position(row: InvoiceRow) -> Position:
    return Position(row.created_at, row.id)


OPERATIONS: Final = (
    Operation(
        name="listInvoices",
        path="/invoices",
        scope=INVOICE_BASIC_READ,
        summary="List invoices",
        says="Stripe's invoices for what the key's company sells, newest first.",
        answer=_list,
        returns=InvoiceListItem,
        listing=True,
        parameters=(ACCOUNT, STATUS, METHOD, PRODUCTS, *PAGING),
    ),
    Operation(
        name="retrieveInvoice",
        path="/invoices/{id}",
        scope=INVOICE_BASIC_READ,
        summary="Retrieve an invoice",
        says="By its id (`inv_…`). Who was billed needs member:basic:read, at which address "
        "member:email:read, the payment payment:basic:read.",
        answer=_retrieve,
        returns=InvoiceJson,
    ),
)
