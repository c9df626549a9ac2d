"""`GET /api/v1/members`: which holdings a page has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import String, bindparam, select
from sqlmodel import col

from portal_app.api.catalog_scope import Scope, scope_of
from portal_app.api.granting import access_parameters, exceptions_of
from portal_app.api.hot_read import HotRead
from portal_app.api.listing import Shape, numbered
from portal_app.api.member_read import MemberRow, list_statement
from portal_app.api.membership_list import ACCOUNT, PLANS, PRODUCTS, PROMO_CODES
from portal_app.api.operations import Call
from portal_app.api.paging import Window
from portal_app.api.policies import policies_of
from portal_app.api.query import MOST_VALUES, Parameter
from portal_app.api.scopes import MEMBER_EMAIL_READ
from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, Person, email_key
from portal_app.kit.clock import business_now
from portal_app.memberships.buckets import Bucket

# Each bucket's action; of Whop's further ones this portal has no notion, so they match nothing.
ACTIONS: Final[dict[str, str]] = {
    Bucket.ACTIVE: "paid_subscriber",
    Bucket.ACTIVE_PAUSED: "paused",
    Bucket.TRIALING: "trialing",
    Bucket.TRIALING_PAUSED: "paused",
    Bucket.PAST_DUE: "past_due",
    Bucket.UNRESOLVED: "past_due",
    Bucket.CANCELING: "canceling",
    Bucket.CANCELING_PAUSED: "canceling",
    Bucket.ONE_TIME: "paid_once",
    Bucket.EXPIRING: "expiring",
    Bucket.CANCELED: "churned",
    Bucket.EXPIRED: "churned",
    Bucket.DRAFTED: "pending_entry",
}
LEFT: Final = "left"
_HOLDINGS: Final = {"joined": "open", LEFT: "closed"}
# Nobody is an admin by holding a membership.
_LEVELS: Final = {
    "customer": "granted",
    "no_access": "refused",
    "admin": "",
    "active": "granted",
    "inactive": "refused",
}
_FURTHER: Final = ("finished_split_pay", "joined", "renewing")
STATUS: Final = Parameter(
    name="status",
    says="`joined` while they hold it, `left` once it was handed on.",
    choices=("joined", LEFT),
)
ACCESS: Final = Parameter(
    name="access_level",
    says="`customer` while the membership gives access. Nobody is `admin` by a membership.",
    choices=("no_access", "admin", "customer"),
)
MEMBERSHIP_STATUS: Final = Parameter(
    name="membership_status",
    says="`active` gives access now, `inactive` does not.",
    choices=("active", "inactive"),
)
USERS: Final = Parameter(name="user_ids", says="Held by any of these users.", many=True)
RECENT: Final = Parameter(
    name="most_recent_actions",
    says="Whose `most_recent_action` is any of these.",
    many=True,
    choices=(*sorted({*ACTIONS.values(), LEFT, *_FURTHER}),),
)
SEARCH: Final = Parameter(
    name="query",
    says="A whole name or, with the scope member:email:read, a whole e-mail address.",
)
FILTERS: Final = (
    *(ACCOUNT, STATUS, ACCESS, MEMBERSHIP_STATUS, PRODUCTS, PLANS, PROMO_CODES, USERS, RECENT),
    SEARCH,
)


@dataclass(frozen=True, slots=True)
class _State:
    """What a holding must be like, in the words of `Shape`."""

    holding: str
    access: str
    buckets: tuple[str, ...]
    or_else: str


async def read_members(call: Call, window: Window) -> list[MemberRow]:
    """The rows of *window* (one more if there is more) that the filters of *call* leave."""
    state = _state(call)
    scope = await scope_of(call, account=ACCOUNT, products=PRODUCTS, plans=PLANS)
    holders = await _holders(call)
    nobody = holders is not None and not holders
    if state is None or scope is None or nobody or call.query.values(PROMO_CODES):
        return []
    policies = await policies_of(call.caller.company_id)
    shape = _shape(state, scope, window, holders or (), exceptions=len(exceptions_of(policies)))
    return await list_statement(shape).all(
        company_id=call.caller.company_id,
        **window.bounds,
        **access_parameters(policies, business_now()),
        **numbered(lead=scope.values, bucket=state.buckets, holder=holders or ()),
    )


def _shape(
    state: _State, scope: Scope, window: Window, holders: tuple[str, ...], *, exceptions: int
) -> Shape:
    return Shape(
        lead=scope.lead,
        leads=len(scope.values),
        buckets=len(state.buckets),
        descending=window.reads_descending,
        holder="people" if holders else "",
        holders=len(holders),
        holding=state.holding,
        access=state.access,
        exceptions=exceptions if state.access else 0,
        or_else=state.or_else,
    )


def _state(call: Call) -> _State | None:
    """What the filters ask of a holding; None when nothing can be like that."""
    levels = (call.query.value(ACCESS), call.query.value(MEMBERSHIP_STATUS))
    access = {_LEVELS[one] for one in levels if one}
    actions = set(call.query.values(RECENT))
    buckets = tuple(bucket for bucket, action in ACTIONS.items() if action in actions)
    holdings = {_HOLDINGS[one] for one in (call.query.value(STATUS),) if one}
    if actions == {LEFT}:
        holdings.add("closed")
    elif actions and LEFT not in actions:
        holdings.add("open")
    impossible = actions and not buckets and LEFT not in actions
    if impossible or "" in access or len(access) > 1 or len(holdings) > 1:
        return None
    or_else = "closed" if buckets and LEFT in actions else ""
    return _State("".join(holdings), "".join(access), buckets, or_else)


async def _holders(call: Call) -> tuple[str, ...] | None:
    """Ids of the people (and unclaimed customers) that are asked for; None for everybody."""
    users, text = call.query.values(USERS), call.query.value(SEARCH)
    if not text:
        return users or None
    by_mail = MEMBER_EMAIL_READ in call.caller.scopes
    found = await _named(text, email=email_key(text) if by_mail else None)
    return tuple(one for one in found if not users or one in users)


async def _named(text: str, *, email: str | None) -> list[str]:
    found = await _PEOPLE_BY_NAME.all(text=text) + await _CUSTOMERS_BY_NAME.all(text=text)
    if email is not None:
        found += await _PEOPLE_BY_EMAIL.all(text=email)
        found += await _CUSTOMERS_BY_EMAIL.all(text=email)
    return list(dict.fromkeys(found))


def _ids_where(wanted: Any, equal: Any) -> HotRead[str]:  # noqa: ANN401 -- two columns
    """Ids of rows of one text, in an order so that the same ones are cut off every time."""
    named = bindparam("text", type_=String())
    found = select(wanted.label("id")).where(equal == named)
    return HotRead(found.order_by(wanted).limit(MOST_VALUES), str)


_PEOPLE_BY_NAME: Final = _ids_where(col(Person.id), col(Person.name))
_CUSTOMERS_BY_NAME: Final = _ids_where(col(Customer.id), col(Customer.name))
_PEOPLE_BY_EMAIL: Final = _ids_where(col(EmailAddress.person_id), col(EmailAddress.address_key))
_CUSTOMERS_BY_EMAIL: Final = _ids_where(col(Customer.id), col(Customer.email_key))
