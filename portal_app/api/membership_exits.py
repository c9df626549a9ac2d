"""Ending a membership in whop-sdk 2.6.0's words."""

from __future__ import annotations

from datetime import date
from typing import Final

from portal_app.api.body import Field
from portal_app.api.membership_read import find_membership
from portal_app.api.memberships import membership_json
from portal_app.api.operations import Call, Operation
from portal_app.api.scopes import MEMBERSHIP_CANCEL
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.api.versions import ApiVersion
from portal_app.api.writing import at_the_desk
from portal_app.intents.service import desk
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.memberships.service import cancel_as_company
from portal_app.settings import get_settings

AT_PERIOD_END: Final = Field(
    name="cancel_at_period_end",
    says="Let what was paid for run out. Without it, and with `Api-Version-Date` 2026-08-25 or"
    " later, the membership ends at once; with an earlier one or none, at the period's end.",
    kind="boolean",
)
MODE: Final = Field(
    name="cancellation_mode",
    says="The older name of the same choice.",
    choices=("at_period_end", "immediate"),
)
OPTION: Final = Field(
    name="feedback_option_id",
    says="A reason: the id of one of the company's own (`fo_…`), or a category.",
)
REASON: Final = Field(name="reason", says="The customer's own words.")
# Before it, leaving the choice out meant the period's end (contracts.md, HTTP).
AT_ONCE_SINCE: Final = ApiVersion(date(2026, 8, 25))


async def _cancel(call: Call) -> MembershipJson:
    name, company_id = call.path["id"], call.caller.company_id
    row = await find_membership(name, company_id=company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    async with at_the_desk():
        await cancel_as_company(
            desk(),
            call.caller.actor,
            row.id,
            at_once=_at_once(call),
            reason=call.body.text(OPTION),
            comment=call.body.text(REASON),
        )
    changed = await find_membership(row.id, company_id=company_id)
    return membership_json(changed or row, get_settings().origin)


def _at_once(call: Call) -> bool:
    """Raises InvalidInput where both names are sent and disagree."""
    flag, mode = call.body.flag(AT_PERIOD_END), call.body.text(MODE)
    if mode is not None:
        if flag is not None and flag is (mode == "immediate"):
            raise InvalidInput(
                "cancel_at_period_end and cancellation_mode contradict each other.",
                code="invalid_parameter",
            )
        return mode == "immediate"
    if flag is not None:
        return not flag
    return call.version is not None and call.version >= AT_ONCE_SINCE


OPERATIONS: Final = (
    Operation(
        name="cancelMembership",
        method="POST",
        path="/memberships/{id}/cancel",
        scope=MEMBERSHIP_CANCEL,
        summary="Cancel a membership",
        says="At the end of what was paid for, or at once. One whose payment is overdue ends at"
        " once, and its unpaid invoice is voided; where it is paid by invoice, that stays owed.",
        answer=_cancel,
        returns=MembershipJson,
        fields=(AT_PERIOD_END, MODE, OPTION, REASON),
    ),
)
