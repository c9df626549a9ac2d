"""`POST /memberships/{id}/pause` and `/resume`: by whoever may, and at Stripe alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.models import Pause
from tests.conftest import Clocks
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.api_client import Program, opened_program
from tests.provider.adapter.charging_shop import opened_shop
from tests.provider.sandbox_server import SandboxServer


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


def collections(program: Program) -> list[Any]:
    found = [program.shop.client.v1.subscriptions.retrieve(sub) for sub in program.shop.subs]
    return [sub.pause_collection for sub in found if sub.pause_collection]


@pytest.mark.parametrize("name", ["until", "resumes_at", None])
async def test_it_pauses_at_once_with_access_and_resumes(
    program: Program, name: str | None
) -> None:
    membership = await program.membership(program.shop.cus)
    until = (business_now() + timedelta(days=40)).replace(microsecond=0)
    body = {name: until.isoformat()} if name else {}
    told = (await program.write("POST", f"/memberships/{membership.id}/pause", json=body)).json()
    assert (told["status"], told["most_recent_action"]) == ("active", "paused_at")
    (paused,) = collections(program)
    assert paused.behavior == "void"
    assert paused.resumes_at == (int(until.timestamp()) if name else None)
    assert (await one(program.shop.db, Pause)).source == "api"
    again = await program.write("POST", f"/memberships/{membership.id}/pause", json={})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "nothing_to_pause")
    told = (await program.write("POST", f"/memberships/{membership.id}/resume")).json()
    assert told["most_recent_action"] == "renewing_on"
    assert collections(program) == []
    again = await program.write("POST", f"/memberships/{membership.id}/resume")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "nothing_to_resume")


async def test_what_the_holder_paused_begins_a_new_period(program: Program) -> None:
    membership = await program.membership(program.shop.cus)
    for sub in program.shop.subs:
        program.shop.client.v1.subscriptions.pause(sub)
    await program.shop.learn()
    told = await program.write("POST", f"/memberships/{membership.id}/resume")
    assert (told.status_code, told.json()["most_recent_action"]) == (200, "renewing_on")
    states = [
        program.shop.client.v1.subscriptions.retrieve(sub).status for sub in program.shop.subs
    ]
    assert sorted(states) == ["active", "paused"]


async def test_another_companys_key_finds_nothing(program: Program) -> None:
    membership = await program.membership(program.shop.cus)
    for name in (membership.id, "mem_unknown"):
        for verb in ("pause", "resume"):
            assert (await program.lumen.post(f"/memberships/{name}/{verb}")).status_code == 404
    assert await rows(program.shop.db, Pause) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"until": "soon"}, "invalid_parameter"),
        ({"until": "2020-01-01T00:00:00Z"}, "invalid_parameter"),
        ({"until": 4102444800}, "invalid_parameter"),
        ({"void_payments": "yes"}, "invalid_parameter"),
        (
            {"until": "2999-01-01T00:00:00Z", "resumes_at": "2999-01-02T00:00:00Z"},
            "invalid_parameter",
        ),
        ({"months": 2}, "unsupported_parameter"),
    ],
)
async def test_what_can_not_be_meant_is_refused(
    program: Program, body: dict[str, Any], code: str
) -> None:
    membership = await program.membership(program.shop.cus)
    reply = await program.write("POST", f"/memberships/{membership.id}/pause", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert await rows(program.shop.db, Pause) == []
