"""Pausing and resuming a membership in whop-sdk 2.6.0's words, and in those of older ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from portal_app.api.body import Field
from portal_app.api.membership_read import find_membership
from portal_app.api.memberships import membership_json
from portal_app.api.operations import Call, Operation
from portal_app.api.scopes import MEMBERSHIP_UPDATE
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.api.writing import at_the_desk
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.memberships.service import pause_as_company, resume_as_company
from portal_app.settings import get_settings

UNTIL: Final = Field(
    name="until",
    says="When it is charged again, in the future. Without it, when it is resumed.",
    kind="date-time",
)
RESUMES_AT: Final = Field(name="resumes_at", says="The older name of `until`.", kind="date-time")
VOID: Final = Field(
    name="void_payments",
    says="Void what is open already, so that it is not tried again. Of older SDKs.",
    kind="boolean",
)


async def _pause(call: Call) -> MembershipJson:
    until = _until(call)
    void = call.body.flag(VOID) is True
    return await _changed(
        call,
        lambda membership_id: pause_as_company(
            desk(), call.caller.actor, membership_id, until=until, void_unpaid=void
        ),
    )


async def _resume(call: Call) -> MembershipJson:
    return await _changed(
        call, lambda membership_id: resume_as_company(desk(), call.caller.actor, membership_id)
    )


async def _changed(call: Call, change: Callable[[str], Awaitable[None]]) -> MembershipJson:
    """The membership after *change*. Raises NotFound for what is not the company's."""
    company_id = call.caller.company_id
    row = await find_membership(call.path["id"], company_id=company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    async with at_the_desk():
        await change(row.id)
    changed = await find_membership(row.id, company_id=company_id)
    return membership_json(changed or row, get_settings().origin)


def _until(call: Call) -> datetime | None:
    """Raises InvalidInput for the past, and where both names are sent and disagree."""
    new, old = call.body.moment(UNTIL), call.body.moment(RESUMES_AT)
    if new is not None and old is not None and new != old:
        raise InvalidInput("until and resumes_at contradict each other.", code="invalid_parameter")
    until = new or old
    if until is not None and until <= business_now():
        raise InvalidInput("until must be in the future.", code="invalid_parameter")
    return until


OPERATIONS: Final = (
    Operation(
        name="pauseMembership",
        method="POST",
        path="/memberships/{id}/pause",
        scope=MEMBERSHIP_UPDATE,
        summary="Pause a membership",
        says="Its holder keeps access and is not charged until it is resumed: renewals in between "
        "are voided. `most_recent_action` says `paused_at`.",
        answer=_pause,
        returns=MembershipJson,
        fields=(UNTIL, RESUMES_AT, VOID),
    ),
    Operation(
        name="resumeMembership",
        method="POST",
        path="/memberships/{id}/resume",
        scope=MEMBERSHIP_UPDATE,
        summary="Resume a membership",
        says="It is charged again from its next renewal on. One that its holder has paused, so "
        "that access stopped, begins a new period and is charged right away; one that is about to "
        "pause does not.",
        answer=_resume,
        returns=MembershipJson,
    ),
)
