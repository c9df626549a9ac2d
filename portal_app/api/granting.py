"""Access as a condition in SQL, for filters; `memberships.rules.grants_access` decides the same.

A test holds the two together (tests/http/api/test_members.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, String, and_, bindparam, case, func, literal, or_
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel, col

from portal_app.catalog.configuration import AccessPolicy
from portal_app.catalog.policies import Policies
from portal_app.kit.columns import UtcDateTime
from portal_app.memberships.buckets import Bucket
from portal_app.memberships.models import Membership, MembershipSource

PAUSED: Final = (Bucket.ACTIVE_PAUSED, Bucket.TRIALING_PAUSED, Bucket.CANCELING_PAUSED)
NEVER: Final = (Bucket.CANCELED, Bucket.EXPIRED, Bucket.UNRESOLVED, Bucket.DRAFTED)
_ALIVE_AT_STRIPE: Final = ("active", "trialing", "paused", "past_due")


def grants_access(exceptions: int = 0) -> ColumnElement[bool]:
    """Whether a membership gives access; parameters: those of `access_parameters`.

    *exceptions* is for how many products other policies hold.
    """
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
        or_(~past_due, and_(_flag("while_past_due", exceptions), _in_grace(exceptions))),
        or_(bucket.not_in(_literals(PAUSED)), _while_paused(exceptions)),
    )


def _while_paused(exceptions: int) -> ColumnElement[bool]:
    """Stripe's own pause stops the service; paused collection counts when a paid period is over."""
    asked, start = col(Membership.paused_at), col(Membership.current_period_start)
    end = col(Membership.current_period_end)
    paid = and_(asked.is_not(None), start.is_not(None), start <= asked, end > _moment("now"))
    return and_(
        col(Membership.stripe_status) != "paused", or_(_flag("while_paused", exceptions), paid)
    )


def _in_grace(exceptions: int) -> ColumnElement[bool]:
    start = col(Membership.current_period_start)
    since = _by_product("grace_since", UtcDateTime(), exceptions)
    return or_(_flag("any_grace", exceptions), start.is_(None), start > since)


def _literals(values: Iterable[str]) -> list[ColumnElement[Any]]:
    """One parameter each: a list as a whole would be written into the SQL at every call."""
    return [literal(str(value)) for value in values]


def _flag(name: str, exceptions: int) -> ColumnElement[Any]:
    return _by_product(name, Boolean(), exceptions)


def _by_product(name: str, kind: TypeEngine[Any], exceptions: int) -> ColumnElement[Any]:
    """A policy's value for the product at hand."""
    usual = bindparam(name, type_=kind)
    if not exceptions:
        return usual
    product = col(Membership.product_id)
    whens = [
        (
            product == bindparam(f"exception{number}", type_=String()),
            bindparam(f"{name}_{number}", type_=kind),
        )
        for number in range(exceptions)
    ]
    return case(*whens, else_=usual)


def _moment(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=UtcDateTime())


def access_parameters(policies: Policies, now: datetime) -> dict[str, Any]:
    """What `grants_access` takes, for a company's *policies* at *now* (business time)."""
    given = {"now": now, **_parameters(policies.company.access, now)}
    for number, (product_id, policy) in enumerate(exceptions_of(policies)):
        own = _parameters(policy, now)
        given |= {f"{name}_{number}": value for name, value in own.items()}
        given[f"exception{number}"] = product_id
    return given


def exceptions_of(policies: Policies) -> list[tuple[str, AccessPolicy]]:
    """The products that give access by other rules than what else the company sells."""
    found = [(product_id, one.access) for product_id, one in sorted(policies.products.items())]
    return [(product_id, one) for product_id, one in found if one != policies.company.access]


def _parameters(policy: AccessPolicy, now: datetime) -> dict[str, Any]:
    return {
        "while_past_due": policy.while_past_due,
        "while_paused": policy.while_paused,
        "any_grace": policy.grace_days is None,
        "grace_since": now - timedelta(days=policy.grace_days or 0),
    }
