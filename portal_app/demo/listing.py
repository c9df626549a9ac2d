"""`portal demo info`: the accounts, keys and memberships that a newcomer or a test needs."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from portal_app.api.keys import format_key
from portal_app.customers.models import Customer
from portal_app.demo.accounts import ACCOUNTS, COMPANIES, demo_key
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership
from portal_app.settings import Settings

STATES = (
    "active",
    "trialing",
    "past_due",
    "canceling",
    "paused",
    "completed",
    "canceled",
    "yearly",
)


async def demo_listing(settings: Settings, database: Database) -> dict[str, Any]:
    """The object that contracts.md promises for `portal demo info --json`."""
    company = COMPANIES[0]
    return {
        "origin": settings.origin,
        "api_base": f"{settings.origin}/api/v1",
        "api_key": format_key(demo_key(settings.secret_key, "all")),
        "readonly_api_key": format_key(demo_key(settings.secret_key, "read")),
        "company": {"id": company.id, "title": company.title},
        "accounts": [
            {"email": account.email, "role": account.role, "description": account.description}
            for account in ACCOUNTS
        ],
        "memberships": await _memberships(settings, database),
    }


async def _memberships(settings: Settings, database: Database) -> dict[str, dict[str, str]]:
    statement = (
        select(Membership.details, Membership.id, Member.id, Customer.email)
        .join(Member, col(Member.membership_id) == Membership.id)
        .join(Customer, col(Customer.id) == Membership.customer_id)
        .where(col(Member.until_at).is_(None))
    )
    async with database.reading() as session:
        rows = (await session.execute(statement)).all()
    found = {
        details.get("metadata", {}).get("demo"): {
            "id": membership_id,
            "member_id": member_id,
            "manage_url": f"{settings.origin}/billing/manage/{member_id}/",
            "email": email,
        }
        for details, membership_id, member_id, email in rows
    }
    return {state: found[state] for state in STATES if state in found}
