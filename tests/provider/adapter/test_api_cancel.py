"""`POST /memberships/{id}/cancel`: by whoever may, when asked to, and at Stripe alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from portal_app.catalog.models import Company
from portal_app.identity.actor import ActorKind
from portal_app.kit.db import Database
from portal_app.memberships.errors import NothingToUndo
from portal_app.memberships.models import Cancellation, MembershipEvent
from portal_app.memberships.service import keep_membership
from tests.conftest import Clocks
from tests.factories import make_configuration
from tests.provider.adapter.account import customer, one, rows
from tests.provider.adapter.api_client import Program, opened_program
from tests.provider.adapter.charging_shop import opened_shop
from tests.provider.sandbox_server import SandboxServer

NEW, OLD = {"Api-Version-Date": "2026-10-15-1"}, {"Api-Version-Date": "2026-08-24"}


@pytest.fixture
async def program(
    *,
    settings: Any,
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
) -> AsyncIterator[Program]:
    async with opened_shop(companies, client, sandbox, clocks) as shop, opened_program(shop) as one:
        yield one


@pytest.mark.parametrize(
    ("body", "headers", "at_once"),
    [
        ({}, NEW, True),
        ({}, OLD, False),
        ({}, {}, False),
        ({"cancel_at_period_end": True}, NEW, False),
        ({"cancel_at_period_end": False}, OLD, True),
        ({"cancellation_mode": "immediate"}, OLD, True),
        ({"cancellation_mode": "at_period_end"}, NEW, False),
    ],
)
async def test_when_it_ends(
    program: Program, body: dict[str, Any], headers: dict[str, str], at_once: bool
) -> None:
    """Leaving the choice out means at once only to those who know that it does."""
    membership = await program.membership(program.shop.cus)
    path = f"/memberships/{membership.id}/cancel"
    reply = await program.write("POST", path, json=body, headers=headers)
    assert reply.status_code == 200
    told = reply.json()
    assert told["status"] == ("canceled" if at_once else "active")
    assert told["cancel_at_period_end"] is not at_once
    statuses = [program.shop.client.v1.subscriptions.retrieve(sub) for sub in program.shop.subs]
    assert [sub.status for sub in statuses].count("canceled") == (1 if at_once else 0)
    assert [sub.cancel_at_period_end for sub in statuses].count(True) == (0 if at_once else 1)


async def test_why_and_who_are_kept(program: Program) -> None:
    membership = await program.membership(program.shop.cus)
    path = f"/memberships/{membership.id}/cancel"
    body = {
        "cancel_at_period_end": True,
        "feedback_option_id": "switching",
        "reason": "Moving on",
    }
    told = (await program.write("POST", path, json=body)).json()
    assert (told["cancel_option"], told["cancellation_reason"]) == ("switching", "Moving on")
    noted = await one(program.shop.db, Cancellation)
    assert (noted.source, noted.reason, noted.comment) == ("api", "switching", "Moving on")
    events = await rows(program.shop.db, MembershipEvent)
    (event,) = [entry for entry in events if entry.kind == "cancel_scheduled"]
    assert (event.actor_kind, event.actor_id) == (ActorKind.API_KEY, program.key_id)
    again = await program.write("POST", path, json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "nothing_to_cancel")
    cut_short = await program.write("POST", path, json={"cancel_at_period_end": False})
    assert cut_short.json()["status"] == "canceled"


async def test_another_companys_key_finds_nothing(program: Program) -> None:
    membership = await program.membership(program.shop.cus)
    for name in (membership.id, "mem_unknown"):
        path = f"/memberships/{name}/cancel"
        reply = await program.lumen.post(path, json={"cancel_at_period_end": True})
        assert reply.status_code == 404
    assert await rows(program.shop.db, Cancellation) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"cancel_at_period_end": "yes"}, "invalid_parameter"),
        ({"cancellation_mode": "soon"}, "invalid_parameter"),
        (
            {"cancel_at_period_end": True, "cancellation_mode": "immediate"},
            "invalid_parameter",
        ),
        ({"refund": True}, "unsupported_parameter"),
    ],
)
async def test_what_can_not_be_meant_is_refused(
    program: Program, body: dict[str, Any], code: str
) -> None:
    membership = await program.membership(program.shop.cus)
    reply = await program.write("POST", f"/memberships/{membership.id}/cancel", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert await rows(program.shop.db, Cancellation) == []


async def test_what_the_company_has_arranged_its_customer_takes_back_only_if_it_lets_them(
    program: Program,
) -> None:
    shop = program.shop
    membership = await program.membership(shop.cus)
    body = {"cancel_at_period_end": True}
    await program.write("POST", f"/memberships/{membership.id}/cancel", json=body)
    with pytest.raises(NothingToUndo):
        await keep_membership(shop.desk, shop.ada, membership.id)
    async with shop.db.unit_of_work() as session:
        company = await session.get_one(Company, "biz_northwind")
        lets = {"cancel": {"undo_company_end": True}}
        await make_configuration(session, company, body=lets)
    await keep_membership(shop.desk, shop.ada, membership.id)
    assert (await program.membership(shop.cus)).cancel_at_period_end is False


async def test_a_period_that_is_paid_by_invoice_stays_owed(program: Program) -> None:
    """It was used before it was due."""
    shop = program.shop
    plan = shop.client.v1.subscriptions.retrieve(shop.subs[0])["items"].data[0].price.id
    cus = customer(shop.client, "frida@example.com").id
    sub = shop.client.v1.subscriptions.create(
        {
            "customer": cus,
            "items": [{"price": plan}],
            "collection_method": "send_invoice",
            "days_until_due": 30,
        }
    )
    shop.sandbox.advance(2 * 3600)
    await shop.learn()
    membership = await program.membership(cus)
    path = f"/memberships/{membership.id}/cancel"
    reply = await program.write("POST", path, json={"cancel_at_period_end": False})
    assert reply.json()["status"] == "canceled"
    invoice = shop.client.v1.invoices.retrieve(str(sub.latest_invoice))
    assert invoice.status == "open"
