"""`GET /api/v1/memberships/{id}`: the Membership of whop-sdk 2.6.0, every key present."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from portal_app.api.auth import authenticate
from portal_app.api.membership_read import MembershipRow, find_membership
from portal_app.api.scopes import MEMBER_BASIC_READ
from portal_app.api.versions import requested_version
from portal_app.catalog.models import Interval
from portal_app.kit.errors import NotFound
from portal_app.kit.money import Money, iso_exponent
from portal_app.memberships.rules import (
    StripeFacts,
    ends_at,
    is_canceling,
    most_recent_action,
    status_of,
)
from portal_app.settings import get_settings

_DAYS: Final = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 30, Interval.YEAR: 365}
# Stripe's cancellation_details.feedback → Whop's cancel_option; the rest have the same name.
_CANCEL_OPTIONS: Final = {
    "customer_service": "bad_experience",
    "low_quality": "bad_experience",
    "switched_service": "switching",
    "too_complex": "bad_experience",
}


async def retrieve(request: Request) -> Response:
    """Answer one membership of the key's company.

    Raises Unauthorized, InvalidInput (garbage version), NotAllowed (scope), NotFound: unknown and
    somebody else's alike.
    """
    caller = await authenticate(request)
    requested_version(request)
    caller.require(MEMBER_BASIC_READ)
    row = await find_membership(request.path_params["id"], company_id=caller.company_id)
    if row is None:
        raise NotFound("We can't find that membership.")
    origin = get_settings().origin
    return Response(orjson.dumps(membership_json(row, origin)), media_type="application/json")


def membership_json(row: MembershipRow, origin: str) -> dict[str, Any]:
    """The Membership as an account key sees it: `member` is null, `manage_url` always set."""
    facts = row.facts
    action, action_at = most_recent_action(facts)
    return {
        "id": row.id,
        "status": status_of(facts),
        "most_recent_action": action,
        "most_recent_action_at": timestamp(action_at),
        "account": {
            "id": row.account_id,
            "logo_url": row.account_logo_url,
            "route": row.account_route,
            "title": row.account_title,
        },
        "product": {
            "id": row.product_id,
            "logo_url": None,
            "title": row.product_title,
        },
        "product_id": row.product_id,
        "plan_id": row.plan_id,
        "user_id": row.user_id,
        "member": None,
        "member_id": row.member_id,
        "manage_url": f"{origin}/billing/manage/{row.member_id}/",
        "license_key": row.license_key,
        "phone_number": None,
        "metadata": _metadata(row),
        **_prices(row, recurring=facts.recurring),
        "cancel_at_period_end": _ends_with_period(facts),
        "canceled_at": timestamp(row.canceled_at),
        "cancel_option": _CANCEL_OPTIONS.get(row.cancel_feedback, row.cancel_feedback) or None,
        "cancellation_reason": row.cancel_comment or None,
        "feedback_option": None,
        "current_period_start": timestamp(row.current_period_start),
        "current_period_end": timestamp(row.current_period_end),
        "expires_at": timestamp(_expiry(facts)),
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


def _prices(row: MembershipRow, *, recurring: bool) -> dict[str, Any]:
    renewal = Money(row.price_minor * row.quantity, row.currency) if recurring else None
    return {
        "initial_price": money_json(Money(row.plan_amount_minor, row.plan_currency)),
        "renewal_price": money_json(renewal) if renewal else None,
        "billing_period_days": _billing_period_days(row) if recurring else None,
        "collection_method": row.collection_method if recurring else None,
    }


def _ends_with_period(facts: StripeFacts) -> bool:
    return is_canceling(facts) and ends_at(facts) == (
        facts.current_period_end or facts.trial_end_at
    )


def _expiry(facts: StripeFacts) -> datetime | None:
    """The end of a membership that was set to a date of its own, not to a period's."""
    if facts.recurring:
        return None if _ends_with_period(facts) else facts.cancel_at
    return ends_at(facts)


def _billing_period_days(row: MembershipRow) -> int | None:
    if row.plan_interval is None:
        return None
    return _DAYS[Interval(row.plan_interval)] * row.plan_interval_count


def money_json(money: Money) -> dict[str, Any]:
    """Whop's Money: `{"amount": "29.00", "currency": "usd", "decimals": 2, …}`."""
    decimals = iso_exponent(money.currency)
    return {
        "amount": money.amount,
        "currency": money.currency.lower(),
        "decimals": decimals,
        "display_decimals": decimals,
    }


def timestamp(moment: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and `Z`; *moment* is UTC, as every stored one."""
    return None if moment is None else f"{moment.isoformat(timespec='milliseconds')[:23]}Z"
