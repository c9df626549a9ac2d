"""Payments for what a company sells, and their receipts, in whop-sdk 2.6.0's words."""

from __future__ import annotations

from typing import Final, TypedDict

from portal_app.api.billed_read import lines_of
from portal_app.api.billing_shapes import Payment as PaymentJson
from portal_app.api.billing_shapes import PaymentPdf
from portal_app.api.membership_list import ACCOUNT
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, Window, cut, read_window
from portal_app.api.payment_json import payment_json
from portal_app.api.payment_read import (
    BY_ID,
    STATUSES,
    PaymentRow,
    PaymentShape,
    list_payments,
)
from portal_app.api.query import Parameter, refuse
from portal_app.api.scopes import MEMBER_BASIC_READ, MEMBER_EMAIL_READ, PAYMENT_BASIC_READ, require
from portal_app.api.shapes import PageInfo
from portal_app.api.values import timestamp
from portal_app.invoices.documents.links import LIVES_FOR, link_query
from portal_app.invoices.models import PaymentStatus
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import NotFound, PortalError
from portal_app.kit.ids import has_prefix
from portal_app.settings import get_settings

STATUS: Final = Parameter(
    name="status",
    says="Only those that stand like this; `authorized`, `draft`, `uncollectible` and `unresolved` "
    "find nothing here.",
    choices=(
        *("draft", "open", "authorized", "paid", "pending"),
        *("uncollectible", "unresolved", "void"),
    ),
)
CURRENCY: Final = Parameter(name="currency", says="Only those in this currency, such as `usd`.")
USER: Final = Parameter(name="user_id", says="Only what this user paid.")
MEMBER: Final = Parameter(
    name="member_id", says="Only what this holding's (`mber_…`) customer paid for its membership."
)
MEMBERSHIP: Final = Parameter(name="membership_id", says="Only those for this membership.")
_ELSEWHERE: Final = tuple(
    Parameter(name=name, says="Not available here.")
    for name in ("mode", "billing_reason", "query", "product_id", "plan_id")
)
# Naming a person in a filter tells as much as an answer that names one.
_OF_PEOPLE: Final = (USER, MEMBER, MEMBERSHIP)
_FILTERS: Final = (ACCOUNT, STATUS, CURRENCY, *_OF_PEOPLE, *_ELSEWHERE)


class NotPaid(PortalError):
    """There is a receipt for what was paid, and for nothing else."""

    code = "payment_not_paid"
    status = 422

    def __init__(self) -> None:
        super().__init__("This payment has not succeeded, so there is no receipt for it.")


class _Page(TypedDict):
    data: list[PaymentJson]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    page, info = cut(await _read(call, window), window, _position)
    return {"data": await _written(call, page), "page_info": info}


async def _read(call: Call, window: Window) -> list[PaymentRow]:
    query = call.query
    refuse(query, *_ELSEWHERE)
    status, currency = query.value(STATUS), query.value(CURRENCY)
    user, member, membership = (query.value(one) for one in _OF_PEOPLE)
    if user or member or membership:
        require(call.caller.scopes, MEMBER_BASIC_READ)
    own = query.value(ACCOUNT) in {None, call.caller.company_id}
    if not own or (status is not None and status not in STATUSES):
        return []
    shape = PaymentShape(
        descending=window.reads_descending,
        status=status or "",
        by_currency=currency is not None,
        of_user=user is not None,
        of_member=member is not None,
        of_membership=membership is not None,
    )
    return await list_payments(shape).all(
        company_id=call.caller.company_id,
        currency=(currency or "").upper(),
        user_id=user,
        member_id=member,
        membership_id=membership,
        **window.bounds,
    )


async def _written(call: Call, rows: list[PaymentRow]) -> list[PaymentJson]:
    invoices = [row.invoice_id for row in rows if row.invoice_id is not None]
    lines = await lines_of(call.caller.company_id, invoices)
    return [payment_json(row, lines.get(row.invoice_id or "", []), call.caller) for row in rows]


async def _retrieve(call: Call) -> PaymentJson:
    (written,) = await _written(call, [await _named(call)])
    return written


async def _generate_pdf(call: Call) -> PaymentPdf:
    # The receipt names who paid, their address and e-mail.
    for scope in (MEMBER_BASIC_READ, MEMBER_EMAIL_READ):
        require(call.caller.scopes, scope)
    row = await _named(call)
    if row.status != PaymentStatus.SUCCEEDED:
        raise NotPaid
    expires_at = (wall_now() + LIVES_FOR).replace(microsecond=0)
    settings = get_settings()
    link = link_query(settings.secret_key, row.id, expires_at)
    return {
        "url": f"{settings.origin}/receipts/{row.id}.pdf?{link}",
        "expires_at": timestamp(expires_at),
    }


async def _named(call: Call) -> PaymentRow:
    """The payment that the path names; NotFound alike for every other."""
    name = call.path["id"]
    row = None
    if has_prefix(name, "pay"):
        row = await BY_ID.first(id=name, company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that payment.")
    return row


def _position(row: PaymentRow) -> Position:
    return Position(row.created_at, row.id)


OPERATIONS: Final = (
    Operation(
        name="listPayments",
        path="/payments",
        scope=PAYMENT_BASIC_READ,
        summary="List payments",
        says="Payments for what the key's company sells, newest first. Filters by user, member and "
        "membership need member:basic:read.",
        answer=_list,
        returns=PaymentJson,
        listing=True,
        parameters=(*_FILTERS, *PAGING),
    ),
    Operation(
        name="retrievePayment",
        path="/payments/{id}",
        scope=PAYMENT_BASIC_READ,
        summary="Retrieve a payment",
        says="By its id (`pay_…`).",
        answer=_retrieve,
        returns=PaymentJson,
    ),
    Operation(
        name="generatePaymentPdf",
        method="POST",
        path="/payments/{id}/generate_pdf",
        scope=PAYMENT_BASIC_READ,
        summary="Generate a receipt",
        says="A link to the receipt as PDF, which works for an hour for whoever holds it. Each "
        "call makes a new one, with an Idempotency-Key too. 422 for what was not paid. As it names "
        "who paid, it needs member:basic:read and member:email:read too.",
        answer=_generate_pdf,
        returns=PaymentPdf,
        replayed=False,
    ),
)
