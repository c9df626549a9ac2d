"""`GET /memberships/{id}`: what it says in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.catalog.models import Company, Interval
from portal_app.invoices.models import InvoiceStatus
from portal_app.kit.db import Database
from tests.factories import (
    NOW,
    PERIOD_END,
    make_invoice,
    make_membership,
    make_one_time,
    make_plan,
    make_product,
)
from tests.http.api.conftest import World

END = "2026-12-16T09:30:00.000Z"
Changes = dict[str, Any]


async def _answer(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    reply = await client.get(f"/memberships/{name}")
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def test_the_whole_object(client: httpx.AsyncClient, world: World) -> None:
    own = world.own
    money = {"amount": "29.00", "currency": "usd", "decimals": 2, "display_decimals": 2}
    assert await _answer(client, own.membership.id) == {
        "id": own.membership.id,
        "status": "active",
        "most_recent_action": "renewing_on",
        "most_recent_action_at": END,
        "account": {
            "id": "biz_northwind",
            "logo_url": None,
            "route": "northwind",
            "title": "Northwind Academy",
        },
        "product": {"id": own.plan.product_id, "logo_url": None, "title": "Trading Room"},
        "product_id": own.plan.product_id,
        "plan_id": own.plan.id,
        "user_id": own.member.person_id,
        "member": None,
        "member_id": own.member.id,
        "manage_url": f"http://localhost:3000/billing/manage/{own.member.id}/",
        "license_key": "KEY-northwind-0001",
        "phone_number": None,
        "metadata": {},
        "initial_price": money,
        "renewal_price": money,
        "billing_period_days": 30,
        "collection_method": "charge_automatically",
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancel_option": None,
        "cancellation_reason": None,
        "feedback_option": None,
        "current_period_start": "2026-11-16T09:30:00.000Z",
        "current_period_end": END,
        "expires_at": None,
        "created_at": "2026-05-16T09:30:00.000Z",
        "updated_at": "2026-11-16T09:30:00.000Z",
        "affiliate": None,
        "promo_code_id": None,
        "split_pay_current_payments": None,
        "split_pay_required_payments": None,
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"stripe_status": "trialing", "trial_end_at": PERIOD_END},
            {"status": "trialing", "most_recent_action": "trial_ends_at"},
        ),
        (
            {
                "cancel_at_period_end": True,
                "canceled_at": NOW,
                "cancel_feedback": "switched_service",
                "cancel_comment": "Moving on",
            },
            {
                "status": "active",
                "most_recent_action": "canceling_on",
                "most_recent_action_at": END,
                "cancel_at_period_end": True,
                "canceled_at": "2026-11-16T09:30:00.000Z",
                "cancel_option": "switching",
                "cancellation_reason": "Moving on",
                "expires_at": None,
            },
        ),
        (
            {"cancel_at": PERIOD_END + timedelta(days=3), "cancel_feedback": "too_expensive"},
            {
                "cancel_at_period_end": False,
                "expires_at": "2026-12-19T09:30:00.000Z",
                "cancel_option": "too_expensive",
            },
        ),
        (
            {"pause_behavior": "void", "paused_at": NOW},
            {
                "status": "active",
                "most_recent_action": "paused_at",
                "most_recent_action_at": "2026-11-16T09:30:00.000Z",
            },
        ),
        (
            {"stripe_status": "canceled", "canceled_at": NOW, "ended_at": NOW},
            {"status": "canceled", "most_recent_action": "canceled_on"},
        ),
        (
            {"quantity": 3, "collection_method": "send_invoice"},
            {
                "initial_price": {
                    "amount": "29.00",
                    "currency": "usd",
                    "decimals": 2,
                    "display_decimals": 2,
                },
                "renewal_price": {
                    "amount": "87.00",
                    "currency": "usd",
                    "decimals": 2,
                    "display_decimals": 2,
                },
                "collection_method": "send_invoice",
            },
        ),
        (
            {"details": {"metadata": {"seat": "12", "portal_company": "biz_1"}, "by": "x"}},
            {"metadata": {"seat": "12"}},
        ),
    ],
)
async def test_states(
    client: httpx.AsyncClient, world: World, db: Database, facts: Changes, expected: Changes
) -> None:
    async with db.unit_of_work() as session:
        held = await make_membership(session, plan=world.own.plan, **facts)
    answer = await _answer(client, held.membership.id)
    assert {name: answer[name] for name in expected} == expected


async def test_a_past_due_one_says_when_the_next_attempt_is(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        held = await make_membership(
            session, plan=world.own.plan, stripe_status="past_due", latest_stripe_invoice_id="in_1"
        )
        await make_invoice(
            session,
            held.customer,
            stripe_invoice_id="in_1",
            status=InvoiceStatus.OPEN,
            next_attempt_at=NOW + timedelta(days=2),
        )
    answer = await _answer(client, held.membership.id)
    assert answer["status"] == "past_due"
    assert answer["most_recent_action"] == "next_payment_attempt"
    assert answer["most_recent_action_at"] == "2026-11-18T09:30:00.000Z"


async def test_a_purchase_has_no_period(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        company = await session.get_one(Company, world.company_id)
        product = await make_product(session, company)
        plan = await make_plan(session, product, amount_minor=9900, interval=None)
        held = await make_one_time(session, plan=plan)
    answer = await _answer(client, held.membership.id)
    assert answer["status"] == "completed"
    assert answer["initial_price"]["amount"] == "99.00"
    nothing = ("renewal_price", "billing_period_days", "collection_method", "expires_at")
    assert [answer[name] for name in (*nothing, "current_period_end", "user_id")] == [None] * 6


@pytest.mark.parametrize(
    ("plan", "amount", "decimals", "days"),
    [
        ({"amount_minor": 1500, "currency": "JPY"}, "1500", 0, 30),
        ({"amount_minor": 12500, "currency": "KWD"}, "12.500", 3, 30),
        ({"interval": Interval.YEAR}, "29.00", 2, 365),
        ({"interval": Interval.MONTH, "interval_count": 3}, "29.00", 2, 90),
        ({"interval": Interval.WEEK, "interval_count": 2}, "29.00", 2, 14),
        ({"interval": Interval.DAY}, "29.00", 2, 1),
    ],
)
async def test_money_and_periods(
    *,
    client: httpx.AsyncClient,
    world: World,
    db: Database,
    plan: Changes,
    amount: str,
    decimals: int,
    days: int,
) -> None:
    async with db.unit_of_work() as session:
        company = await session.get_one(Company, world.company_id)
        made = await make_plan(session, await make_product(session, company), **plan)
        held = await make_membership(session, plan=made)
    answer = await _answer(client, held.membership.id)
    assert answer["renewal_price"] == {
        "amount": amount,
        "currency": made.currency.lower(),
        "decimals": decimals,
        "display_decimals": decimals,
    }
    assert answer["billing_period_days"] == days
