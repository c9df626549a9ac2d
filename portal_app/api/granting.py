"""Access as a condition in SQL, for filters; `memberships.rules.grants_access` decides the same.

A test holds the two together (tests/http/api/test_members.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, case, func, literal, or_
from sqlmodel import SQLModel, col

from portal_app.catalog.configuration import AccessPolicy
from portal_app.kit.columns import UtcDateTime
from portal_app.memberships.buckets import Bucket
from portal_app.memberships.models import Membership, MembershipSource

PAUSED: Final = (Bucket.ACTIVE_PAUSED, Bucket.TRIALING_PAUSED, Bucket.CANCELING_PAUSED)
NEVER: Final = (Bucket.CANCELED, Bucket.EXPIRED, Bucket.UNRESOLVED, Bucket.DRAFTED)
_ALIVE_AT_STRIPE: Final = ("active", "trialing", "paused", "past_due")


def grants_access() -> ColumnElement[bool]:
    """Whether a membership gives access; parameters: those of `access_parameters`."""
    bucket = SQLModel.metadata.tables["memberships"].c.bucket
    end = func.coalesce(
        col(Membership.cancel_at),
        case(
            (
                col(Membership.cancel_at_period_end),
                func.coalesce(col(Membership.current_period_end), col(Membership.trial_end_at)),
            )
        ),
        type_=UtcDateTime(),
    )
    recurring = col(Membership.source) == MembershipSource.SUBSCRIPTION
    past_due = and_(recurring, col(Membership.stripe_status) == "past_due")
    return and_(
        bucket.not_in(_literals(NEVER)),
        or_(~recurring, col(Membership.stripe_status).in_(_literals(_ALIVE_AT_STRIPE))),
        or_(end.is_(None), end > _moment("now")),
        or_(~past_due, and_(_flag("while_past_due"), _in_grace())),
        or_(bucket.not_in(_literals(PAUSED)), _while_paused()),
    )


def _while_paused() -> ColumnElement[bool]:
    """Stripe's own pause stops the service; paused collection counts when a paid period is over."""
    asked, start = col(Membership.paused_at), col(Membership.current_period_start)
    end = col(Membership.current_period_end)
    paid = and_(asked.is_not(None), start.is_not(None), start <= asked, end > _moment("now"))
    return and_(col(Membership.stripe_status) != "paused", or_(_flag("while_paused"), paid))


def _in_grace() -> ColumnElement[bool]:
    start = col(Membership.current_period_start)
    return or_(_flag("any_grace"), start.is_(None), start > _moment("grace_since"))


def _literals(values: Iterable[str]) -> list[ColumnElement[Any]]:
    """One parameter each: a list as a whole would be written into the SQL at every call."""
    return [literal(str(value)) for value in values]


def _flag(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=Boolean())


def _moment(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=UtcDateTime())


def access_parameters(policy: AccessPolicy, now: datetime) -> dict[str, Any]:
    """What `grants_access` takes, for a company's *policy* at *now* (business time)."""
    return {
        "now": now,
        "while_past_due": policy.while_past_due,
        "while_paused": policy.while_paused,
        "any_grace": policy.grace_days is None,
        "grace_since": now - timedelta(days=policy.grace_days or 0),
    }
