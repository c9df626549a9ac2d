"""Saving a customer's payment method for later, in whop-sdk 2.6.0's words."""

from __future__ import annotations

from typing import Any, Final, TypedDict
from urllib.parse import urlsplit

from portal_app.api.body import Field
from portal_app.api.membership_list import ACCOUNT
from portal_app.api.method_shapes import SetupIntent as SetupJson
from portal_app.api.method_shapes import SetupStatus as StatusJson
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, cut, read_window
from portal_app.api.query import Parameter
from portal_app.api.scopes import PAYMENT_SETUP_INTENT_MANAGE, PAYMENT_SETUP_INTENT_READ
from portal_app.api.setup_json import setup_json, status_json
from portal_app.api.setup_read import BY_ID, SetupRow, list_setups
from portal_app.api.setup_return import come_back_to
from portal_app.api.setup_secret import authenticate_either, secret_of
from portal_app.api.shapes import PageInfo
from portal_app.intents.service import desk
from portal_app.kit.db import database
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.kit.ids import has_prefix
from portal_app.memberships.service import WantedSetup, save_method, send_back_to
from portal_app.payment_methods.models import SetupStatus

STATUS: Final = Parameter(
    name="status",
    says="Only those in this state.",
    choices=tuple(str(status) for status in SetupStatus),
)
RETURN_URL: Final = Field(
    name="return_url",
    says="Where the customer goes after a step at their bank: an absolute https address without "
    "credentials (http for localhost), up to 2,048 characters. The portal's own page without one.",
)
NEW_RETURN_URL: Final = Field(name=RETURN_URL.name, says=RETURN_URL.says, required=True)
_ACCOUNT: Final = Field(name="account_id", says="The key's own company.", required=True)
_METHOD: Final = Field(
    name="payment_method_id",
    says="`payt_…`, on file already: it is verified again. This or confirmation_token.",
)
_TOKEN: Final = Field(
    name="confirmation_token",
    says="Stripe's (`ctoken_…`), which Stripe.js makes of what the customer entered, with the "
    "publishable key of this portal's Stripe account. This or payment_method_id.",
)
_EMAIL: Final = Field(
    name="email", says="With a token: whose method it is, by the address of the Stripe customer."
)
_MEMBER: Final = Field(
    name="member_id", says="With a token: the same by a holding (`mber_…`). Not in whop-sdk."
)
_CURRENCY: Final = Field(
    name="currency", says="With a token: which one is meant of several customers of one address."
)
_METADATA: Final = Field(name="metadata", says="Yours; comes back with the setup.", kind="map")
_LEVEL: Final = Field(
    name="three_ds_level",
    says="3D Secure as the bank and Stripe ask for it; nothing else can be asked for here.",
    choices=("frictionless_if_required",),
)


class _Page(TypedDict):
    data: list[SetupJson]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window, status = read_window(call.query), call.query.value(STATUS)
    company_id = call.caller.company_id
    rows: list[SetupRow] = []
    if call.query.value(ACCOUNT) in {None, company_id}:
        read = list_setups(descending=window.reads_descending, by_status=status is not None)
        rows = await read.all(company_id=company_id, status=status, **window.bounds)
    page, info = cut(rows, window, lambda row: Position(row.created_at, row.id))
    return {"data": [setup_json(row, call.caller) for row in page], "page_info": info}


async def _create(call: Call) -> SetupJson:
    setup_id = await save_method(desk(), call.caller.actor, _wanted(call))
    return setup_json(await _found(setup_id, call), call.caller)


def _wanted(call: Call) -> WantedSetup:
    text = call.body.text
    if text(_ACCOUNT) != call.caller.company_id:
        raise NotFound("We can't find that account.")
    method_id, token = text(_METHOD), text(_TOKEN)
    if (method_id is None) == (token is None):
        raise InvalidInput(
            "Send either payment_method_id or confirmation_token.", code="invalid_parameter"
        )
    if token is not None and text(_EMAIL) is None and text(_MEMBER) is None:
        raise InvalidInput(
            "Say whose it is: send email or member_id with a confirmation_token.",
            code="missing_parameter",
        )
    currency = text(_CURRENCY)
    return WantedSetup(
        come_back_to=come_back_to(),
        method_id=method_id,
        token=token,
        email=text(_EMAIL),
        member_id=text(_MEMBER),
        currency=currency.upper() if currency else None,
        return_url=_address(text(RETURN_URL)),
        metadata=call.body.pairs(_METADATA),
    )


def _address(url: str | None) -> str:
    """InvalidInput for anything but an absolute address of the web without credentials."""
    if url is None:
        return ""
    try:
        parts = urlsplit(url)
        host, own = parts.hostname, parts.username is None and parts.password is None
        _port = parts.port
    except ValueError:
        host, own, parts = None, False, urlsplit("")
    local = parts.scheme == "http" and host in {"localhost", "127.0.0.1"}
    if not (host and own and (parts.scheme == "https" or local) and _is_plain(url)):
        raise InvalidInput(
            "return_url must be an absolute https address without credentials.",
            code="invalid_parameter",
        )
    return url


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and not {" ", "\\"} & set(url)


async def _retrieve(call: Call) -> SetupJson:
    """The secret is for those who may use it: a key that only reads gets none."""
    answer = setup_json(await _found(call.path["id"], call), call.caller)
    may_change = PAYMENT_SETUP_INTENT_MANAGE in call.caller.scopes
    return _with_secret(answer) if may_change else answer


async def _status(call: Call) -> StatusJson:
    return status_json(await _found(call.path["id"], call))


async def _set_return_url(call: Call) -> StatusJson:
    row = await _found(call.path["id"], call)
    url = _address(call.body.text(NEW_RETURN_URL))
    async with database().unit_of_work() as session:
        await send_back_to(session, row.company_id, row.id, url)
    return status_json(await _found(row.id, call))


async def _found(name: str, call: Call) -> SetupRow:
    row = None
    if has_prefix(name, "sint"):
        row = await BY_ID.first(id=name, company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that setup intent.")
    return row


def _with_secret(answer: Any) -> Any:  # noqa: ANN401 -- as it was kept
    return {**answer, "client_secret": secret_of(answer["id"])}


OPERATIONS: Final = (
    Operation(
        name="listSetupIntents",
        path="/setup_intents",
        scope=PAYMENT_SETUP_INTENT_READ,
        summary="List setup intents",
        says="Those that keys of the company made, newest first, without their secrets.",
        answer=_list,
        returns=SetupJson,
        listing=True,
        parameters=(ACCOUNT, STATUS, *PAGING),
    ),
    Operation(
        name="createSetupIntent",
        method="POST",
        status=201,
        path="/setup_intents",
        scope=PAYMENT_SETUP_INTENT_MANAGE,
        summary="Create a setup intent",
        says="Saves a method of a customer of the company's without charging it. A 201 means that "
        "we answered, not that the method was saved: branch on `status`.",
        answer=_create,
        reveal=_with_secret,
        returns=SetupJson,
        fields=(
            *(_ACCOUNT, _METHOD, _TOKEN, _EMAIL, _MEMBER, _CURRENCY),
            *(RETURN_URL, _METADATA, _LEVEL),
        ),
    ),
    Operation(
        name="retrieveSetupIntent",
        path="/setup_intents/{id}",
        scope=PAYMENT_SETUP_INTENT_READ,
        summary="Retrieve a setup intent",
        says="By its id (`sint_…`). `client_secret` needs payment:setup_intent:manage.",
        answer=_retrieve,
        returns=SetupJson,
    ),
    Operation(
        name="retrieveSetupStatus",
        path="/setup_intents/{id}/status",
        scope=PAYMENT_SETUP_INTENT_READ,
        summary="Retrieve a setup's status",
        says="How far it is and what the customer has to do; `next_action` leads to their bank. "
        "The setup's own `client_secret` opens it too.",
        answer=_status,
        returns=StatusJson,
        credential=authenticate_either,
    ),
    Operation(
        name="updateSetupReturnUrl",
        method="PATCH",
        path="/setup_intents/{id}/return_url",
        scope=PAYMENT_SETUP_INTENT_MANAGE,
        summary="Change a setup's return address",
        says="Until the customer returns; 409 afterwards. The setup's own `client_secret` opens it "
        "too.",
        answer=_set_return_url,
        returns=StatusJson,
        fields=(NEW_RETURN_URL,),
        credential=authenticate_either,
    ),
)
