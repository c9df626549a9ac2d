"""Users of a company, and what they may use. A key is no user, so `me` is nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import String, bindparam, exists, or_, select
from sqlmodel import col

from portal_app.api.facts import COLUMNS as FACTS
from portal_app.api.facts import facts_of
from portal_app.api.hot_read import HotRead
from portal_app.api.operations import Call, Operation
from portal_app.api.policies import policies_of
from portal_app.api.scopes import MEMBER_BASIC_READ
from portal_app.api.shapes import Access
from portal_app.api.shapes import User as UserJson
from portal_app.api.values import placeholder_picture, timestamp
from portal_app.catalog.models import Creator, Product
from portal_app.identity.models import Person
from portal_app.kit.clock import business_now
from portal_app.kit.errors import NotFound
from portal_app.kit.ids import has_prefix
from portal_app.memberships.models import Member, Membership
from portal_app.memberships.rules import StripeFacts, grants_access

_USER: Final = bindparam("user_id", type_=String())
_COMPANY: Final = bindparam("company_id", type_=String())
# What one person holds of one company; nobody buys more of them in a lifetime.
_MOST_HELD: Final = 500


class UserRow(NamedTuple):
    """A person as far as a company knows them."""

    id: str
    name: str
    created_at: datetime


def _held(product_id: str, *values: Any) -> tuple[str, StripeFacts]:  # noqa: ANN401 -- columns
    return product_id, facts_of(values)


_HELD = (
    select(col(Membership.product_id), *FACTS)
    .select_from(Member)
    .join(Membership, col(Membership.id) == col(Member.membership_id))
    .where(
        col(Member.person_id) == _USER,
        col(Member.until_at).is_(None),
        col(Membership.company_id) == _COMPANY,
    )
    .limit(_MOST_HELD)
)
_HELD_OF_COMPANY: Final = HotRead(_HELD, _held)
_HELD_OF_PRODUCT: Final = HotRead(
    _HELD.where(col(Membership.product_id) == bindparam("product_id", type_=String())), _held
)
_STAFF: Final = exists().where(
    col(Creator.person_id) == col(Person.id), col(Creator.company_id) == _COMPANY
)
_HOLDER: Final = exists().where(
    col(Member.person_id) == col(Person.id),
    col(Member.until_at).is_(None),
    col(Member.membership_id) == col(Membership.id),
    col(Membership.company_id) == _COMPANY,
)
_KNOWN: Final = HotRead(
    select(*(col(getattr(Person, name)) for name in UserRow._fields)).where(
        col(Person.id) == _USER, or_(_STAFF, _HOLDER)
    ),
    UserRow,
)
_IS_STAFF: Final = HotRead(select(col(Person.id)).where(col(Person.id) == _USER, _STAFF), str)
_OWN_PRODUCT: Final = HotRead(
    select(col(Product.id)).where(
        col(Product.id) == bindparam("product_id", type_=String()),
        col(Product.company_id) == _COMPANY,
    ),
    str,
)


async def _retrieve(call: Call) -> UserJson:
    name = call.path["id"]
    row = None
    if has_prefix(name, "user"):
        row = await _KNOWN.first(user_id=name, company_id=call.caller.company_id)
    if row is None:
        raise NotFound("We can't find that user.")
    return _user_json(row)


async def _check_access(call: Call) -> Access:
    """What a stranger may use, and who is one, are the same answer: no access."""
    user_id, resource = call.path["id"], call.path["resource_id"]
    company = {"company_id": call.caller.company_id}
    held = _HELD_OF_COMPANY
    if resource != call.caller.company_id:
        known = has_prefix(resource, "prod")
        if not known or await _OWN_PRODUCT.first(product_id=resource, **company) is None:
            raise NotFound("We can't find that resource.")
        held = _HELD_OF_PRODUCT
    if not has_prefix(user_id, "user"):
        return {"has_access": False, "access_level": "no_access"}
    if await _IS_STAFF.first(user_id=user_id, **company):
        return {"has_access": True, "access_level": "admin"}
    policies, now = await policies_of(call.caller.company_id), business_now()
    given = {"product_id": resource} if held is _HELD_OF_PRODUCT else {}
    rows = await held.all(user_id=user_id, **company, **given)
    allowed = any(grants_access(facts, policies.of(of).access, now) for of, facts in rows)
    return {"has_access": allowed, "access_level": "customer" if allowed else "no_access"}


OPERATIONS: Final = (
    Operation(
        name="retrieveUser",
        path="/users/{id}",
        scope=MEMBER_BASIC_READ,
        summary="Retrieve a user",
        says="Somebody who holds a membership of the key's company or works for it (`user_…`). "
        "There are no user names, and `me` is not found: a key is no user.",
        answer=_retrieve,
        returns=UserJson,
    ),
    Operation(
        name="checkAccess",
        path="/users/{id}/access/{resource_id}",
        scope=MEMBER_BASIC_READ,
        summary="Check a user's access",
        says="Whether the user may use the key's company (`biz_…`) or a product of it (`prod_…`).",
        answer=_check_access,
        returns=Access,
    ),
)


def _user_json(row: UserRow) -> UserJson:
    return {
        "id": row.id,
        "username": row.id,
        "name": row.name or None,
        "email": None,
        "bio": None,
        "profile_picture": {"url": placeholder_picture()},
        "banner": None,
        "created_at": timestamp(row.created_at),
        "social_links": [],
        "social_accounts": [],
        "verification": {},
        "balance": None,
        "balance_history": None,
        "balances": [],
        "cards": None,
        "earnings_usd": None,
        "level": None,
        "total_usd": None,
        "trading": None,
        "whop_partner_enabled_at": None,
        "whop_partner_onboarded_accounts_count": None,
        "whop_partner_verified_at": None,
    }
