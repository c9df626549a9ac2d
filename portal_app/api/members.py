"""Members in whop-sdk 2.6.0's words. Ours are holdings: one for each membership and holder."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypedDict

from portal_app.api.member_list import ACTIONS, FILTERS, LEFT, read_members
from portal_app.api.member_read import MemberRow, find_member
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, cut, read_window
from portal_app.api.policies import policies_of
from portal_app.api.scopes import MEMBER_BASIC_READ, MEMBER_EMAIL_READ
from portal_app.api.shapes import Member as MemberJson
from portal_app.api.shapes import PageInfo, UserSummary
from portal_app.api.values import (
    money_json,
    placeholder_picture,
    timestamp,
    timestamp_or_null,
)
from portal_app.catalog.policies import Policies
from portal_app.kit.clock import business_now
from portal_app.kit.errors import NotFound
from portal_app.kit.ids import has_prefix
from portal_app.kit.money import Money
from portal_app.memberships.rules import ends_at, grants_access


class _Page(TypedDict):
    data: list[MemberJson]
    page_info: PageInfo


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    page, info = cut(await read_members(call, window), window, _position)
    policies = await policies_of(call.caller.company_id)
    return {"data": [_member_json(row, policies, call) for row in page], "page_info": info}


async def _retrieve(call: Call) -> MemberJson:
    name, company_id = call.path["id"], call.caller.company_id
    row = await find_member(name, company_id=company_id) if has_prefix(name, "mber") else None
    if row is None:
        raise NotFound("We can't find that member.")
    return _member_json(row, await policies_of(company_id), call)


OPERATIONS: Final = (
    Operation(
        name="listMembers",
        path="/members",
        scope=MEMBER_BASIC_READ,
        summary="List members",
        says="Who holds memberships of the key's company, and who held them. A member is one "
        "holding, not one person; its `created_at` is the membership's.",
        answer=_list,
        returns=MemberJson,
        listing=True,
        parameters=(*FILTERS, *PAGING),
    ),
    Operation(
        name="retrieveMember",
        path="/members/{id}",
        scope=MEMBER_BASIC_READ,
        summary="Retrieve a member",
        says="By its id (`mber_…`). `email` needs the scope member:email:read.",
        answer=_retrieve,
        returns=MemberJson,
    ),
)


def _position(row: MemberRow) -> Position:
    return Position(row.created_at, row.membership_id, row.id)


def _member_json(row: MemberRow, policies: Policies, call: Call) -> MemberJson:
    action, action_at = _recent(row)
    held = row.until_at is None
    policy = policies.of(row.product_id).access
    access = held and grants_access(row.facts, policy, business_now())
    may_see_email = MEMBER_EMAIL_READ in call.caller.scopes
    return {
        "id": row.id,
        "account_id": row.company_id,
        "access_level": "customer" if access else "no_access",
        "status": "joined" if held else LEFT,
        "display_name": row.person_name or row.customer_name or row.person_id or row.id,
        "email": (row.person_email or row.customer_email or None) if may_see_email else None,
        "phone_number": None,
        "user": _user(row),
        "usd_total_spent": money_json(Money(row.spent_minor, row.currency)),
        "token_balance": 0.0,
        "most_recent_action": action,
        "most_recent_action_at": timestamp_or_null(action_at),
        "last_accessed_at": None,
        "joined_at": timestamp(row.joined_at),
        "created_at": timestamp(row.created_at),
    }


def _user(row: MemberRow) -> UserSummary | None:
    """The person; null until somebody has signed in for it."""
    if row.person_id is None:
        return None
    return {
        "id": row.person_id,
        "name": row.person_name or None,
        "profile_picture": {"url": placeholder_picture()},
        "username": row.person_id,
    }


def _recent(row: MemberRow) -> tuple[str, datetime | None]:
    """The latest turn of the holding and when it was taken, which is never ahead."""
    if row.until_at is not None:
        return LEFT, row.until_at
    facts = row.facts
    action = ACTIONS[row.bucket]
    taken = {
        "paid_subscriber": facts.current_period_start,
        "past_due": facts.current_period_start,
        "paused": facts.paused_at,
        "canceling": facts.canceled_at,
        "churned": ends_at(facts),
    }
    return action, taken.get(action, facts.started_at)
