"""The twins that everybody writes: FastAPI, SQLModel sessions in threads, response models.

`create(join=False)` is the first attempt, which fetches what belongs to a membership with
`session.get` and a query; `create(join=True)` the careful second one with a single join. Both check
key and scope and answer in the portal's own shapes; neither counts a limit or writes a last use.
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

NEWEST = (col(Membership.created_at).desc(), col(Membership.id).desc())


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


def _list_joined(opened: Opened, caller: Caller, first: int = 10) -> Page:
    rows = opened.exec(_joined(caller).order_by(*NEWEST).limit(first + 1)).all()
    data = [_shaped(*row) for row in rows[:first]]
    return {"data": data, "has_next_page": len(rows) > first}


def _retrieve_joined(membership_id: str, opened: Opened, caller: Caller) -> MembershipJson:
    row = opened.exec(_joined(caller).where(Membership.id == membership_id)).first()
    if row is None:
        raise HTTPException(404)
    return _shaped(*row)


def _list(opened: Opened, caller: Caller, first: int = 10) -> Page:
    own = select(Membership).where(Membership.company_id == caller)
    rows = opened.exec(own.order_by(*NEWEST).limit(first + 1)).all()
    data = [_completed(opened, membership) for membership in rows[:first]]
    return {"data": data, "has_next_page": len(rows) > first}


def _retrieve(membership_id: str, opened: Opened, caller: Caller) -> MembershipJson:
    membership = opened.get(Membership, membership_id)
    if membership is None or membership.company_id != caller:
        raise HTTPException(404)
    return _completed(opened, membership)


def create(*, join: bool) -> FastAPI:
    app = FastAPI()
    app.get("/api/v1/memberships")(_list_joined if join else _list)
    app.get("/api/v1/memberships/{membership_id}")(_retrieve_joined if join else _retrieve)
    return app


def _completed(opened: Session, membership: Membership) -> MembershipJson:
    holding = select(Member).where(
        Member.membership_id == membership.id, col(Member.until_at).is_(None)
    )
    return _shaped(
        membership,
        opened.get_one(Company, membership.company_id),
        opened.get_one(Product, membership.product_id),
        opened.get_one(Plan, membership.plan_id),
        opened.exec(holding).one(),
    )


def _joined(company_id: str) -> Any:  # noqa: ANN401 -- five entities
    return (
        select(Membership, Company, Product, Plan, Member)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Product, col(Product.id) == Membership.product_id)
        .join(Plan, col(Plan.id) == Membership.plan_id)
        .join(Member, col(Member.membership_id) == Membership.id)
        .where(Membership.company_id == company_id, col(Member.until_at).is_(None))
    )


def _shaped(
    membership: Membership, company: Company, product: Product, plan: Plan, member: Member
) -> MembershipJson:
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
