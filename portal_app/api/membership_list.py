"""`GET /api/v1/memberships`: which ones a page has."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from portal_app.api.catalog_scope import scope_of
from portal_app.api.hot_read import HotRead
from portal_app.api.listing import Shape, numbered, page_of_memberships
from portal_app.api.membership_read import COLUMNS, MembershipRow, with_everything
from portal_app.api.operations import Call
from portal_app.api.paging import Window
from portal_app.api.query import Parameter
from portal_app.memberships.buckets import Bucket
from portal_app.memberships.models import Membership

# The meanings are Whop's (whop-api §1.1); `unclaimed` and `banned` are no buckets of ours.
BUCKETS: Final[dict[str, tuple[Bucket, ...]]] = {
    "active": (Bucket.ACTIVE, Bucket.ACTIVE_PAUSED),
    "trialing": (Bucket.TRIALING, Bucket.TRIALING_PAUSED),
    "past_due": (Bucket.PAST_DUE,),
    "completed": (Bucket.ONE_TIME, Bucket.EXPIRING),
    "canceled": (Bucket.CANCELED,),
    "expired": (Bucket.EXPIRED,),
    "unresolved": (Bucket.UNRESOLVED,),
    "drafted": (Bucket.DRAFTED,),
    "canceling": (Bucket.CANCELING, Bucket.CANCELING_PAUSED),
    "paused": (Bucket.ACTIVE_PAUSED, Bucket.TRIALING_PAUSED, Bucket.CANCELING_PAUSED),
    "expiring": (Bucket.EXPIRING,),
    "one_time": (Bucket.ONE_TIME,),
    "unclaimed": (),
    "banned": (),
}
ACCOUNT: Final = Parameter(
    name="account_id",
    says="Only this company; another than the key's own has nothing to show.",
    also=("company_id",),
)
STATUSES: Final = Parameter(
    name="statuses",
    says="Any of these. `active`, `trialing` and `past_due` leave out what is set to cancel; "
    "`canceling`, `paused`, `expiring` (one-time with an end), `one_time` (without one) and "
    "`unclaimed` (nobody has signed in for it yet) are no status of their own.",
    many=True,
    choices=tuple(BUCKETS),
    also=("status",),
)
PRODUCTS: Final = Parameter(
    name="product_ids", says="Of any of these products.", many=True, also=("product_id",)
)
PLANS: Final = Parameter(
    name="plan_ids", says="On any of these plans.", many=True, also=("plan_id",)
)
PROMO_CODES: Final = Parameter(
    name="promo_code_ids", says="There are no promo codes here: any of them has none.", many=True
)
USER: Final = Parameter(
    name="user_id", says="What this user holds now. `me` is nobody: a key is no user."
)
MEMBER: Final = Parameter(name="member_id", says="The one that this holding is or was of.")
FILTERS: Final = (ACCOUNT, STATUSES, PRODUCTS, PLANS, PROMO_CODES, USER, MEMBER)


async def read_memberships(call: Call, window: Window) -> list[MembershipRow]:
    """The rows of *window* (one more if there is more) that the filters of *call* leave."""
    scope = await scope_of(call, account=ACCOUNT, products=PRODUCTS, plans=PLANS)
    if scope is None or call.query.values(PROMO_CODES):
        return []
    statuses = call.query.values(STATUSES)
    unclaimed = "unclaimed" in statuses
    buckets = tuple(dict.fromkeys(bucket for name in statuses for bucket in BUCKETS[name]))
    if len(buckets) == len(Bucket):
        statuses, buckets, unclaimed = (), (), False  # which is no filter
    if statuses and not buckets and not unclaimed:
        return []
    holder, holders = _holder(call)
    shape = Shape(
        lead=scope.lead,
        leads=len(scope.values),
        buckets=len(buckets),
        descending=window.reads_descending,
        or_else="unclaimed" if unclaimed else "",
        holder=holder,
        holders=len(holders),
    )
    return await list_statement(shape).all(
        company_id=call.caller.company_id,
        **window.bounds,
        **numbered(lead=scope.values, bucket=buckets, holder=holders),
    )


def _holder(call: Call) -> tuple[str, tuple[str, ...]]:
    member, user = call.query.value(MEMBER), call.query.value(USER)
    if member is not None and user is not None:
        return "member_of_person", (member, user)
    if member is not None:
        return "member", (member,)
    return ("person", (user,)) if user is not None else ("", ())


@lru_cache(maxsize=512)
def list_statement(shape: Shape) -> HotRead[MembershipRow]:
    page = page_of_memberships(shape)
    rows = page.rows
    return HotRead(
        with_everything(
            select(*COLUMNS).select_from(rows).join(Membership, col(Membership.id) == rows.c.id)
        ).order_by(*page.order),
        MembershipRow,
    )
