"""What a company's customers have on file to pay with, in whop-sdk 2.6.0's words."""

from __future__ import annotations

from typing import Final, TypedDict

from portal_app.api.listing import numbered
from portal_app.api.membership_list import ACCOUNT
from portal_app.api.method_json import method_json
from portal_app.api.method_read import (
    MethodRow,
    MethodShape,
    expiry_number,
    find_method,
    list_methods,
)
from portal_app.api.method_shapes import PaymentMethod as MethodJson
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, Window, cut, read_window
from portal_app.api.query import Parameter, refuse
from portal_app.api.scopes import MEMBER_PAYMENT_METHODS_MANAGE, MEMBER_PAYMENT_METHODS_READ
from portal_app.api.shapes import PageInfo
from portal_app.api.writing import at_the_desk
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.kit.ids import has_prefix
from portal_app.memberships.service import remove_as_company
from portal_app.payment_methods.errors import PaymentMethodNotFound

_YES_NO: Final = ("true", "false")
MEMBER: Final = Parameter(
    name="member_id", says="Only what this holding (`mber_…`) is billed to. Not with account_id."
)
KINDS: Final = Parameter(
    name="payment_method_types", says="Of any of these kinds, such as `card`.", many=True
)
BRANDS: Final = Parameter(
    name="card_brands", says="Cards of any of these brands; what is no card passes.", many=True
)
FUNDINGS: Final = Parameter(
    name="card_funding_types",
    says="Cards funded in any of these ways; what is no card passes.",
    many=True,
    choices=("credit", "debit", "prepaid"),
)
EXPIRED: Final = Parameter(
    name="expired",
    says="`true` for cards whose month is over, `false` for everything else.",
    choices=_YES_NO,
)
DOCUMENT: Final = Parameter(
    name="has_payer_document",
    says="No card here carries one; what is no card passes.",
    choices=_YES_NO,
)
BROKEN: Final = Parameter(name="broken", says="Not available here.", choices=_YES_NO)
USAGE: Final = Parameter(
    name="future_usage", says="Not available here.", choices=("off_session", "on_session")
)
_FILTERS: Final = (*(MEMBER, ACCOUNT, KINDS, BRANDS, FUNDINGS, EXPIRED, DOCUMENT, BROKEN, USAGE),)


class _Page(TypedDict):
    data: list[MethodJson]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    page, info = cut(await _read(call, window), window, _position)
    now = business_now()
    return {"data": [method_json(row, now) for row in page], "page_info": info}


async def _read(call: Call, window: Window) -> list[MethodRow]:
    query = call.query
    refuse(query, BROKEN, USAGE)
    kinds, brands, fundings = (query.values(one) for one in (KINDS, BRANDS, FUNDINGS))
    expired = query.flag(EXPIRED)
    shape = MethodShape(
        descending=window.reads_descending,
        of_member=_member(call) is not None,
        kinds=len(kinds),
        brands=len(brands),
        fundings=len(fundings),
    )
    if not _own_account(call):
        return []
    return await list_methods(shape).all(
        company_id=call.caller.company_id,
        member_id=_member(call),
        any_expiry=expired is None,
        expired=bool(expired),
        this_month=expiry_number(business_now()),
        any_document=not query.flag(DOCUMENT),
        **numbered(kind=kinds, brand=brands, funding=fundings),
        **window.bounds,
    )


async def _retrieve(call: Call) -> MethodJson:
    return method_json(await _named(call), business_now())


async def _delete(call: Call) -> bool:
    row = await _named(call)
    async with at_the_desk():
        await remove_as_company(desk(), call.caller.actor, row.id)
    return True


async def _named(call: Call) -> MethodRow:
    """The method that the path names; NotFound alike for every other."""
    name, member = call.path["id"], _member(call)
    row = None
    if has_prefix(name, "payt") and _own_account(call):
        row = await find_method(name, company_id=call.caller.company_id, member_id=member)
    if row is None:
        raise NotFound(str(PaymentMethodNotFound()))
    return row


def _member(call: Call) -> str | None:
    member = call.query.value(MEMBER)
    if member is not None and call.query.value(ACCOUNT) is not None:
        raise InvalidInput("Send either member_id or account_id.", code="invalid_parameter")
    return member


def _own_account(call: Call) -> bool:
    return call.query.value(ACCOUNT) in {None, call.caller.company_id}


def _position(row: MethodRow) -> Position:
    return Position(row.created_at, row.id)


OPERATIONS: Final = (
    Operation(
        name="listPaymentMethods",
        path="/payment_methods",
        scope=MEMBER_PAYMENT_METHODS_READ,
        summary="List payment methods",
        says="What is on file where memberships of the key's company are billed, newest first.",
        answer=_list,
        returns=MethodJson,
        listing=True,
        parameters=(*_FILTERS, *PAGING),
    ),
    Operation(
        name="retrievePaymentMethod",
        path="/payment_methods/{id}",
        scope=MEMBER_PAYMENT_METHODS_READ,
        summary="Retrieve a payment method",
        says="By its id (`payt_…`), as long as it is on file.",
        answer=_retrieve,
        returns=MethodJson,
        parameters=(MEMBER, ACCOUNT),
    ),
    Operation(
        name="deletePaymentMethod",
        method="DELETE",
        path="/payment_methods/{id}",
        scope=MEMBER_PAYMENT_METHODS_MANAGE,
        summary="Delete a payment method",
        says="Answers `true`. 409 while a subscription that runs is charged to it, whoever sells "
        "it: charge that to another method first (`PATCH /memberships/{id}`).",
        answer=_delete,
        returns=bool,
        parameters=(MEMBER, ACCOUNT),
    ),
)
