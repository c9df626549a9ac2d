"""Promotion codes for a membership in whop-sdk 2.6.0's words."""

from __future__ import annotations

from typing import Final

from portal_app.api.body import Field
from portal_app.api.membership_read import find_membership
from portal_app.api.memberships import membership_json
from portal_app.api.operations import Call, Operation
from portal_app.api.scopes import MEMBERSHIP_UPDATE
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.api.writing import at_the_desk
from portal_app.intents.service import desk
from portal_app.kit.errors import NotFound
from portal_app.memberships.service import apply_promotion_as_company
from portal_app.settings import get_settings

CODE: Final = Field(
    name="promo_code", says="The code as customers type it at the checkout.", required=True
)


async def _apply(call: Call) -> MembershipJson:
    name, company_id = call.path["id"], call.caller.company_id
    row = await find_membership(name, company_id=company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    async with at_the_desk():
        await apply_promotion_as_company(desk(), call.caller.actor, row.id, call.body.text(CODE))
    changed = await find_membership(row.id, company_id=company_id)
    return membership_json(changed or row, get_settings().origin)


OPERATIONS: Final = (
    Operation(
        name="applyPromoCodeMembership",
        method="POST",
        path="/memberships/{id}/apply_promo_code",
        scope=MEMBERSHIP_UPDATE,
        summary="Apply a promotion code to a membership",
        says="To its next invoice on, beside the discounts that run already. The membership has to"
        " be active or trialing, of one recurring item, and without a promotion code.",
        answer=_apply,
        returns=MembershipJson,
        fields=(CODE,),
    ),
)
