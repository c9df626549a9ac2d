"""Changing a membership in whop-sdk 2.6.0's words: so far what it is charged to."""

from __future__ import annotations

from typing import Final

from portal_app.api.body import Field
from portal_app.api.membership_read import find_membership
from portal_app.api.memberships import membership_json
from portal_app.api.operations import Call, Operation
from portal_app.api.scopes import MEMBER_PAYMENT_METHODS_MANAGE
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.api.writing import at_the_desk
from portal_app.intents.service import desk
from portal_app.kit.errors import NotFound
from portal_app.memberships.service import charge_as_company
from portal_app.settings import get_settings

METHOD: Final = Field(
    name="payment_method_id",
    says="`payt_…`, on file where this membership is billed. It is charged from now on.",
    required=True,
)


async def _update(call: Call) -> MembershipJson:
    name, company_id = call.path["id"], call.caller.company_id
    row = await find_membership(name, company_id=company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    async with at_the_desk():
        await charge_as_company(desk(), call.caller.actor, row.id, call.body.text(METHOD))
    changed = await find_membership(row.id, company_id=company_id)
    return membership_json(changed or row, get_settings().origin)


OPERATIONS: Final = (
    Operation(
        name="updateMembership",
        method="PATCH",
        path="/memberships/{id}",
        scope=MEMBER_PAYMENT_METHODS_MANAGE,
        summary="Update a membership",
        says="Charges it to another payment method. What is overdue is charged to it right away: "
        "`status` of the answer says whether that worked. Nothing else can be changed here yet.",
        answer=_update,
        returns=MembershipJson,
        fields=(METHOD,),
    ),
)
