"""Memberships in whop-sdk 2.6.0's words: one by any of its names, and lists of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypedDict

from portal_app.api import membership_list
from portal_app.api.membership_read import MembershipRow, find_membership
from portal_app.api.operations import Call, Operation
from portal_app.api.paging import PAGING, Position, cut, read_window
from portal_app.api.scopes import MEMBER_BASIC_READ
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.api.shapes import PageInfo
from portal_app.api.values import period_days, price_json, timestamp, timestamp_or_null
from portal_app.kit.errors import NotFound
from portal_app.memberships.rules import (
    StripeFacts,
    ends_at,
    is_canceling,
    most_recent_action,
    status_of,
)
from portal_app.settings import get_settings

# Stripe's cancellation_details.feedback → Whop's cancel_option; the rest have the same name.
_CANCEL_OPTIONS: Final = {
    "customer_service": "bad_experience",
    "low_quality": "bad_experience",
    "switched_service": "switching",
    "too_complex": "bad_experience",
}


class _Page(TypedDict):
    data: list[MembershipJson]
    page_info: PageInfo


async def _retrieve(call: Call) -> MembershipJson:
    row = await find_membership(call.path["id"], company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    return membership_json(row, get_settings().origin)


async def _list(call: Call) -> _Page:
    window = read_window(call.query)
    rows = await membership_list.read_memberships(call, window)
    page, info = cut(rows, window, _position)
    origin = get_settings().origin
    return {"data": [membership_json(row, origin) for row in page], "page_info": info}


OPERATIONS: Final = (
    Operation(
        name="listMemberships",
        path="/memberships",
        scope=MEMBER_BASIC_READ,
        summary="List memberships",
        says="Every membership of the key's company, newest first. Filters narrow each other.",
        answer=_list,
        returns=MembershipJson,
        listing=True,
        parameters=(*membership_list.FILTERS, *PAGING),
    ),
    Operation(
        name="retrieveMembership",
        path="/memberships/{id}",
        scope=MEMBER_BASIC_READ,
        summary="Retrieve a membership",
        says="By its own id (`mem_…`), that of a holding of it (`mber_…`) or its licence key.",
        answer=_retrieve,
        returns=MembershipJson,
    ),
)


def _position(row: MembershipRow) -> Position:
    return Position(row.created_at, row.id)


def membership_json(row: MembershipRow, origin: str) -> MembershipJson:
    """The Membership as an account key sees it: `member` is null, `manage_url` always set."""
    facts = row.facts
    recurring = facts.recurring
    action, action_at = most_recent_action(facts)
    end = ends_at(facts) if is_canceling(facts) else None
    with_period = end is not None and end == (facts.current_period_end or facts.trial_end_at)
    renewal = price_json(row.price_minor * row.quantity, row.currency) if recurring else None
    return {
        "id": row.id,
        "status": status_of(facts),
        "most_recent_action": action,
        "most_recent_action_at": timestamp_or_null(action_at),
        "account": {
            "id": row.account_id,
            "logo_url": row.account_logo_url,
            "route": row.account_route,
            "title": row.account_title,
        },
        "product": {"id": row.product_id, "logo_url": None, "title": row.product_title},
        "product_id": row.product_id,
        "plan_id": row.plan_id,
        "user_id": row.user_id,
        "member": None,
        "member_id": row.member_id,
        "manage_url": f"{origin}/billing/manage/{row.member_id}/",
        "license_key": row.license_key,
        "phone_number": None,
        "metadata": _metadata(row),
        "initial_price": price_json(row.plan_amount_minor, row.plan_currency),
        "renewal_price": renewal,
        "billing_period_days": _period_days(row) if recurring else None,
        "collection_method": row.collection_method if recurring else None,
        "cancel_at_period_end": with_period,
        "canceled_at": timestamp_or_null(row.canceled_at),
        "cancel_option": _CANCEL_OPTIONS.get(row.cancel_feedback, row.cancel_feedback) or None,
        "cancellation_reason": row.cancel_comment or None,
        "feedback_option": None,
        "current_period_start": timestamp_or_null(row.current_period_start),
        "current_period_end": timestamp_or_null(row.current_period_end),
        "expires_at": timestamp_or_null(_expiry(facts, with_period=with_period)),
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.updated_at),
        "affiliate": None,
        "promo_code_id": None,
        "split_pay_current_payments": None,
        "split_pay_required_payments": None,
    }


def _metadata(row: MembershipRow) -> dict[str, Any]:
    """The seller's own pairs at Stripe; `portal_…` ones are how we find our way there."""
    pairs: dict[str, Any] = row.details.get("metadata", {})
    return {key: value for key, value in pairs.items() if not key.startswith("portal_")}


def _period_days(row: MembershipRow) -> int | None:
    return period_days(row.plan_interval, row.plan_interval_count)


def _expiry(facts: StripeFacts, *, with_period: bool) -> datetime | None:
    """The end of a membership that was set to a date of its own, not to a period's."""
    if facts.recurring:
        return None if with_period else facts.cancel_at
    return ends_at(facts)
