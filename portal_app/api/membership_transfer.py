"""Handing a membership on in whop-sdk 2.6.0's words: one link, for whoever has it, and once."""

from __future__ import annotations

from typing import Any, Final

from typing_extensions import TypedDict

from portal_app.api.membership_read import find_membership
from portal_app.api.operations import Call, Operation
from portal_app.api.scopes import MEMBERSHIP_TRANSFER, MEMBERSHIP_UPDATE
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound
from portal_app.provider.current import provider
from portal_app.settings import get_settings
from portal_app.transfers.links import path_of
from portal_app.transfers.service import offer_as_company


class TransferUrl(TypedDict):
    """*url* lets the first account that accepts there take the membership over."""

    url: str


async def _transfer(call: Call) -> TransferUrl:
    row = await find_membership(call.path["id"], company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    transfer = await offer_as_company(
        database(),
        provider(),
        call.caller.actor,
        row.id,
        bypasses_policy=MEMBERSHIP_UPDATE in call.caller.scopes,
    )
    return {"url": transfer.id}


def _with_link(answer: Any) -> Any:  # noqa: ANN401 -- as it was kept
    """What is kept names the transfer: no table holds its link."""
    return {"url": f"{get_settings().origin}{path_of(answer['url'])}"}


OPERATIONS: Final = (
    Operation(
        name="transferMembership",
        method="POST",
        path="/memberships/{id}/transfer",
        scope=MEMBERSHIP_TRANSFER,
        summary="Transfer a membership",
        says="Answers a link that works once, for 7 days: whoever opens it and accepts holds the"
        " membership from then on and pays for it from its next renewal. While one is open, it is"
        " answered again. `membership:update` bypasses the company's policy. 409 while the"
        " membership is overdue, disputed, cancelled, paused, about to change or to renew.",
        answer=_transfer,
        reveal=_with_link,
        returns=TransferUrl,
    ),
)
