"""The hot read behind `GET /api/v1/memberships/{id}`: one statement, three ways to name the row."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.invoices.models import Invoice
from portal_app.kit.ids import has_prefix
from portal_app.memberships.models import Member, Membership, MembershipSource
from portal_app.memberships.rules import StripeFacts

# The seller chooses them (Stripe metadata `license_key`); nothing else is worth a query.
_LICENSE_KEY = re.compile(r"[!-~]{1,200}")


class MembershipRow(NamedTuple):
    """A membership with all that its API answer shows; the fields are `COLUMNS`, in order."""

    id: str
    license_key: str | None
    source: str
    stripe_status: str
    collection_method: str
    quantity: int
    price_minor: int
    currency: str
    started_at: datetime
    billing_anchor_at: datetime | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    trial_end_at: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None
    pauses_at: datetime | None
    pause_behavior: str
    resumes_at: datetime | None
    cancel_feedback: str
    cancel_comment: str
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    next_payment_attempt_at: datetime | None
    member_id: str
    user_id: str | None
    account_id: str
    account_title: str
    account_route: str
    account_logo_url: str | None
    product_id: str
    product_title: str
    plan_id: str
    plan_amount_minor: int
    plan_currency: str
    plan_interval: Interval | None
    plan_interval_count: int

    @property
    def facts(self) -> StripeFacts:
        return StripeFacts(
            source=MembershipSource(self.source),
            stripe_status=self.stripe_status,
            cancel_at_period_end=self.cancel_at_period_end,
            cancel_at=self.cancel_at,
            canceled_at=self.canceled_at,
            ended_at=self.ended_at,
            trial_end_at=self.trial_end_at,
            current_period_start=self.current_period_start,
            current_period_end=self.current_period_end,
            billing_anchor_at=self.billing_anchor_at,
            paused_at=self.paused_at,
            pauses_at=self.pauses_at,
            pause_behavior=self.pause_behavior,
            resumes_at=self.resumes_at,
            started_at=self.started_at,
            next_payment_attempt_at=self.next_payment_attempt_at,
        )


# A membership's own columns carry the row's names; the others are labelled.
_ELSEWHERE: Final[dict[str, Any]] = {
    "next_payment_attempt_at": Invoice.next_attempt_at,
    "member_id": Member.id,
    "user_id": Member.person_id,
    "account_id": Company.id,
    "account_title": Company.title,
    "account_route": Company.route,
    "account_logo_url": Company.logo_url,
    "product_id": Product.id,
    "product_title": Product.title,
    "plan_id": Plan.id,
    "plan_amount_minor": Plan.amount_minor,
    "plan_currency": Plan.currency,
    "plan_interval": Plan.interval,
    "plan_interval_count": Plan.interval_count,
}
COLUMNS: Final[tuple[Any, ...]] = tuple(
    col(_ELSEWHERE[name] if name in _ELSEWHERE else getattr(Membership, name)).label(name)
    for name in MembershipRow._fields
)
# The open holding, or the last one: a membership that is over keeps its link.
_HOLDING: Final = (
    select(col(Member.id))
    .where(col(Member.membership_id) == col(Membership.id))
    .order_by(col(Member.until_at).is_(None).desc(), col(Member.from_at).desc())
    .limit(1)
    .correlate(Membership)
    .scalar_subquery()
)


def with_everything(statement: Select[Any]) -> Select[Any]:
    """*statement*, which reads memberships, joined to all that `COLUMNS` come from."""
    return (
        statement.join(Company, col(Company.id) == col(Membership.company_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Member, col(Member.id) == _HOLDING)
        .outerjoin(
            Invoice, col(Invoice.stripe_invoice_id) == col(Membership.latest_stripe_invoice_id)
        )
    )


def _read_where(condition: ColumnElement[bool]) -> HotRead[MembershipRow]:
    """The read of one membership of the caller's company; every other looks like none."""
    return HotRead(
        with_everything(select(*COLUMNS).select_from(Membership))
        .where(condition, col(Membership.company_id) == bindparam("company_id"))
        # Only licence keys can repeat (they are the seller's text): the newest one counts.
        .order_by(col(Membership.created_at).desc())
        .limit(1),
        MembershipRow,
    )


BY_ID: Final = _read_where(col(Membership.id) == bindparam("name"))
_BY_HOLDING: Final = _read_where(
    col(Membership.id)
    == select(col(Member.membership_id))
    .where(col(Member.id) == bindparam("name"))
    .scalar_subquery()
)
_BY_LICENSE_KEY: Final = _read_where(col(Membership.license_key) == bindparam("name"))


async def find_membership(name: str, *, company_id: str) -> MembershipRow | None:
    """A membership of the company by `mem_…`, a holding `mber_…` of it (past ones too), or key."""
    if has_prefix(name, "mem"):
        return await BY_ID.first(name=name, company_id=company_id)
    if has_prefix(name, "mber"):
        return await _BY_HOLDING.first(name=name, company_id=company_id)
    if not _LICENSE_KEY.fullmatch(name):
        return None
    return await _BY_LICENSE_KEY.first(name=name, company_id=company_id)
