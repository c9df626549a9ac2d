"""Changing a membership in whop-sdk 2.6.0's words, and in those that came before it."""

from __future__ import annotations

from typing import Final

from portal_app.api.body import Field
from portal_app.api.membership_read import MembershipRow, find_membership
from portal_app.api.memberships import membership_json
from portal_app.api.operations import Call, Operation
from portal_app.api.scopes import (
    MEMBER_PAYMENT_METHODS_MANAGE,
    MEMBERSHIP_CANCEL,
    MEMBERSHIP_UPDATE,
)
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.api.writing import at_the_desk
from portal_app.intents.service import desk
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.memberships.rules import is_canceling
from portal_app.memberships.service import (
    cancel_as_company,
    charge_as_company,
    extend_as_company,
    keep_as_company,
    reactivate_as_company,
    set_metadata_as_company,
)
from portal_app.memberships.service.company_updates import RESERVED
from portal_app.settings import get_settings

METHOD: Final = Field(
    name="payment_method_id",
    says="`payt_…`, on file where this membership is billed. It is charged from now on. Needs"
    f" `{MEMBER_PAYMENT_METHODS_MANAGE}` too.",
    scope=MEMBER_PAYMENT_METHODS_MANAGE,
)
METADATA: Final = Field(
    name="metadata",
    says="Merged into what is there; an empty text takes a key away, `{}` all of them.",
    kind="map",
)
ENDS: Final = Field(
    name="cancel_at_period_end",
    says="`true` lets what was paid for run out, `false` takes that back. Needs"
    f" `{MEMBERSHIP_CANCEL}` too.",
    kind="boolean",
    scope=MEMBERSHIP_CANCEL,
)
DAYS: Final = Field(
    name="days", says="How many.", required=True, kind="integer", least=1, most=1095
)
FREE_DAYS: Final = Field(
    name="free_days", says="How many.", required=True, kind="integer", least=1, most=1095
)
NEW_DAYS: Final = Field(
    name="days",
    says="Of access from now on; needed where it had expired.",
    kind="integer",
    least=1,
    most=1095,
)


async def _update(call: Call) -> MembershipJson:
    """One change after the other: what is refused stops those behind it."""
    row, actor = await _named(call), call.caller.actor
    if not any(call.body.has(field) for field in (METADATA, ENDS, METHOD)):
        raise InvalidInput("There is nothing to change in it.", code="missing_parameter")
    pairs, ends = call.body.pairs(METADATA), call.body.flag(ENDS)
    if any(key.startswith(RESERVED) for key in pairs):
        raise InvalidInput(f"Keys that begin with {RESERVED} are ours.", code="invalid_parameter")
    async with at_the_desk():
        if call.body.has(METADATA):
            await set_metadata_as_company(desk(), actor, row.id, pairs)
        if ends is True and not is_canceling(row.facts):
            await cancel_as_company(desk(), actor, row.id, at_once=False)
        if ends is False and is_canceling(row.facts):
            await keep_as_company(desk(), actor, row.id)
        if call.body.has(METHOD):
            await charge_as_company(desk(), actor, row.id, call.body.text(METHOD))
    return await _as_it_is_now(call, row)


async def _uncancel(call: Call) -> MembershipJson:
    row = await _named(call)
    async with at_the_desk():
        await keep_as_company(desk(), call.caller.actor, row.id)
    return await _as_it_is_now(call, row)


async def _extend(call: Call) -> MembershipJson:
    row = await _named(call)
    days = call.body.number(DAYS) or call.body.number(FREE_DAYS) or 0
    async with at_the_desk():
        await extend_as_company(desk(), call.caller.actor, row.id, days)
    return await _as_it_is_now(call, row)


async def _reactivate(call: Call) -> MembershipJson:
    row = await _named(call)
    await reactivate_as_company(desk(), call.caller.actor, row.id, call.body.number(NEW_DAYS))
    return await _as_it_is_now(call, row)


async def _named(call: Call) -> MembershipRow:
    row = await find_membership(call.path["id"], company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    return row


async def _as_it_is_now(call: Call, row: MembershipRow) -> MembershipJson:
    changed = await find_membership(row.id, company_id=call.caller.company_id)
    return membership_json(changed or row, get_settings().origin)


OPERATIONS: Final = (
    Operation(
        name="updateMembership",
        method="PATCH",
        path="/memberships/{id}",
        scope=MEMBERSHIP_UPDATE,
        summary="Update a membership",
        says="Its metadata, whether it ends with its period, what it is charged to; in this order,"
        " and what is refused stops those behind it. What is overdue is charged to a new method"
        " right away: `status` of the answer says whether that worked.",
        answer=_update,
        returns=MembershipJson,
        fields=(METADATA, ENDS, METHOD),
    ),
    Operation(
        name="uncancelMembership",
        method="POST",
        path="/memberships/{id}/uncancel",
        scope=MEMBERSHIP_CANCEL,
        summary="Take an arranged end back",
        says="The older name of `cancel_at_period_end: false`.",
        answer=_uncancel,
        returns=MembershipJson,
    ),
    Operation(
        name="extendMembership",
        method="POST",
        path="/memberships/{id}/extend",
        scope=MEMBERSHIP_UPDATE,
        summary="Give free days",
        says="The running period, the trial or the expiry ends so much later. Until then `status`"
        " is `trialing`, as Stripe has it.",
        answer=_extend,
        returns=MembershipJson,
        fields=(DAYS,),
    ),
    Operation(
        name="addFreeDays",
        method="POST",
        path="/memberships/{id}/add_free_days",
        scope=MEMBERSHIP_UPDATE,
        summary="Give free days (older name)",
        answer=_extend,
        returns=MembershipJson,
        fields=(FREE_DAYS,),
    ),
    Operation(
        name="reactivateMembership",
        method="POST",
        path="/memberships/{id}/reactivate",
        scope=MEMBERSHIP_UPDATE,
        summary="Give access back",
        says="To something that was bought once and is over; what renews can't be reactivated.",
        answer=_reactivate,
        returns=MembershipJson,
        fields=(NEW_DAYS,),
    ),
)
