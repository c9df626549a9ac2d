"""The twin that everybody writes first: FastAPI, SQLModel sessions in threads, response models.

It joins (no N+1), checks key and scope, pages by keyset and answers in the portal's own shapes; it
counts no rate limit and writes no last use.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import Engine, create_engine
from sqlmodel import Session, col, select
from typing_extensions import TypedDict

from portal_app.api.membership_read import MembershipRow
from portal_app.api.memberships import membership_json
from portal_app.api.models import ApiKey
from portal_app.api.shapes import Membership as MembershipJson
from portal_app.catalog.models import Company, Plan, Product
from portal_app.kit.tokens import digest
from portal_app.memberships.models import Member, Membership
from portal_app.settings import get_settings

Joined = tuple[Membership, Company, Product, Plan, Member]


class Page(TypedDict):
    """A page of memberships."""

    data: list[MembershipJson]
    has_next_page: bool


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return create_engine(get_settings().database_url.replace("+aiosqlite", ""))


def _session() -> Iterator[Session]:
    with Session(_engine()) as opened:
        yield opened


Opened = Annotated[Session, Depends(_session)]


def _company(opened: Opened, authorization: Annotated[str, Header()]) -> str:
    wanted = digest(get_settings().secret_key, authorization.removeprefix("Bearer "))
    key = opened.exec(select(ApiKey).where(ApiKey.digest == wanted)).first()
    if key is None or key.revoked_at is not None:
        raise HTTPException(401)
    if "member:basic:read" not in key.scopes:
        raise HTTPException(403)
    return key.company_id


Caller = Annotated[str, Depends(_company)]


def _list(opened: Opened, caller: Caller, first: int = 10) -> Page:
    newest = (col(Membership.created_at).desc(), col(Membership.id).desc())
    rows = opened.exec(_joined(caller).order_by(*newest).limit(first + 1)).all()
    data = [_shaped(row) for row in rows[:first]]
    return {"data": data, "has_next_page": len(rows) > first}


def _retrieve(membership_id: str, opened: Opened, caller: Caller) -> MembershipJson:
    row = opened.exec(_joined(caller).where(Membership.id == membership_id)).first()
    if row is None:
        raise HTTPException(404)
    return _shaped(row)


def create() -> FastAPI:
    app = FastAPI()
    app.get("/api/v1/memberships")(_list)
    app.get("/api/v1/memberships/{membership_id}")(_retrieve)
    return app


def _joined(company_id: str) -> Any:  # noqa: ANN401 -- five entities
    return (
        select(Membership, Company, Product, Plan, Member)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Product, col(Product.id) == Membership.product_id)
        .join(Plan, col(Plan.id) == Membership.plan_id)
        .join(Member, col(Member.membership_id) == Membership.id)
        .where(Membership.company_id == company_id, col(Member.until_at).is_(None))
    )


def _shaped(joined: Joined) -> MembershipJson:
    membership, company, product, plan, member = joined
    elsewhere = {
        "next_payment_attempt_at": None,
        "member_id": member.id,
        "user_id": member.person_id,
        "account_id": company.id,
        "account_title": company.title,
        "account_route": company.route,
        "account_logo_url": company.logo_url,
        "product_id": product.id,
        "product_title": product.title,
        "plan_id": plan.id,
        "plan_amount_minor": plan.amount_minor,
        "plan_currency": plan.currency,
        "plan_interval": plan.interval,
        "plan_interval_count": plan.interval_count,
    }
    own = {
        name: getattr(membership, name) for name in MembershipRow._fields if name not in elsewhere
    }
    return membership_json(MembershipRow(**own, **elsewhere), get_settings().origin)
