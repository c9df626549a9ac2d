"""Setup intents over the API: what is saved, what is refused, and who has a step to take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
import stripe

from portal_app.api.models import IdempotentRequest
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.provider.adapter.account import rows
from tests.provider.adapter.api_client import Program, attached, changes, opened_program
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.inbox_world import drain as drain_inbox
from tests.provider.adapter.inbox_world import events, receive
from tests.provider.sandbox_server import SandboxServer

BASE: dict[str, Any] = {"account_id": "biz_northwind"}
ADA: dict[str, Any] = {**BASE, "email": "Ada@example.com"}
URLS = [
    *("", "/a", "ftp://example.com", "http://example.com", "javascript:alert(1)"),
    *("https://", "https://a:b@example.com", "https://exa mple.com", "https://[::1"),
    *("https://example.com:x/", "//example.com", "https:\\example.com", "x" * 3000),
    "https://example.com/\r\nSet-Cookie: a=b",
]
BODIES: list[tuple[dict[str, Any], int, str | None]] = [
    ({}, 400, "missing_parameter"),
    (BASE, 400, "invalid_parameter"),
    ({**ADA, "confirmation_token": "c", "payment_method_id": "p"}, 400, "invalid_parameter"),
    ({**BASE, "confirmation_token": "ctoken_1"}, 400, "missing_parameter"),
    (
        {**ADA, "confirmation_token": "c", "purpose": "ads_billing"},
        400,
        "unsupported_parameter",
    ),
    ({**ADA, "confirmation_token": "c", "owner_id": "user_1"}, 400, "unsupported_parameter"),
    (
        {**ADA, "confirmation_token": "c", "three_ds_level": "mandate_challenge"},
        400,
        "invalid_parameter",
    ),
    ({**ADA, "confirmation_token": "c", "metadata": {"a": 1}}, 400, "invalid_parameter"),
    ({**ADA, "confirmation_token": "c", "metadata": {"a" * 41: "b"}}, 400, "invalid_parameter"),
    ({**ADA, "confirmation_token": "c", "currency": "eur"}, 404, None),
    ({**BASE, "confirmation_token": "c", "email": "straße@example.com"}, 404, None),
    ({**BASE, "confirmation_token": "c", "email": "cleo@example.com"}, 404, None),
]


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


@pytest.fixture
def shop(program: Program) -> Shop:
    return program.shop


def token(shop: Shop, method: str = "pm_card_mastercard") -> str:
    given: Any = {"payment_method": method}
    return shop.client.v1.test_helpers.confirmation_tokens.create(given).id


async def create(program: Program, **body: Any) -> dict[str, Any]:
    reply = await program.write("POST", "/setup_intents", json=body)
    assert reply.status_code == 201, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def webhooks(shop: Shop) -> None:
    """What the account's events make us learn, and what follows of it."""
    await receive(shop.db, events(shop.sandbox))
    await drain_inbox(shop.writer)
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, WRITES))
    await drain(queue)


async def test_what_the_customer_entered_is_on_file_at_once(program: Program, shop: Shop) -> None:
    before = await shop.charged()
    answer = await create(
        program, **ADA, confirmation_token=token(shop), metadata={"seat": "12", "gone": None}
    )
    assert (answer["status"], answer["metadata"]) == ("succeeded", {"seat": "12"})
    assert answer["client_secret"].startswith(f"{answer['id']}_secret_")
    assert answer["payment_instrument"]["display_name"] == "Mastercard •••• 4444"
    on_file = {one["id"]: one["card"]["brand"] for one in await program.data("/payment_methods")}
    assert on_file[answer["payment_method_id"]] == "mastercard"
    assert len(attached(shop)) == 2
    assert await shop.charged() == before
    assert (await program.http.get(f"/setup_intents/{answer['id']}")).json() == answer
    listed = await program.data("/setup_intents", status="succeeded")
    assert listed == [{**answer, "client_secret": None}]
    assert await program.data("/setup_intents", status="canceled") == []


async def test_the_same_card_takes_its_own_older_place(program: Program, shop: Shop) -> None:
    old = attached(shop)
    answer = await create(program, **ADA, confirmation_token=token(shop, "pm_card_visa"))
    (new,) = attached(shop)
    assert {new} != old
    assert set((await shop.charged()).values()) == {new}
    assert answer["payment_method_id"] == await shop.method(new)
    assert shop.charged_at_stripe() == [new, new]


async def test_a_method_on_file_is_verified_again(program: Program, shop: Shop) -> None:
    (visa,) = attached(shop)
    answer = await create(program, **BASE, payment_method_id=await shop.method(visa))
    assert (answer["status"], answer["payment_method_type"]) == ("succeeded", "card")
    assert answer["payment_method_id"] == await shop.method(visa)
    assert attached(shop) == {visa}
    (made,) = changes(shop, "/v1/setup_intents")
    assert made["method"] == "POST"


@pytest.mark.parametrize(
    ("method", "code"),
    [("pm_card_chargeDeclined", "generic_decline"), ("ctoken_unknown", "not_found")],
)
async def test_a_refusal_is_an_answer(program: Program, shop: Shop, method: str, code: str) -> None:
    before = attached(shop)
    given = method if method.startswith("ctoken") else token(shop, method)
    answer = await create(program, **ADA, confirmation_token=given)
    assert answer["status"] == "canceled"
    assert answer["last_setup_error"]["code"] == code
    assert answer["payment_method_id"] is None
    assert attached(shop) == before
    status = (await program.http.get(f"/setup_intents/{answer['id']}/status")).json()
    assert (status["status"], status["next_action"]) == ("canceled", None)


async def asked(program: Program, shop: Shop, **over: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A setup that waits for the customer, and its status."""
    method = token(shop, "pm_card_threeDSecure2Required")
    answer = await create(program, **ADA, confirmation_token=method, **over)
    assert answer["status"] == "requires_action"
    secret = {"Authorization": f"Bearer {answer['client_secret']}"}
    path = f"/setup_intents/{answer['id']}/status"
    status: dict[str, Any] = (await program.http.get(path, headers=secret)).json()
    assert (status["object"], status["next_action"]["type"]) == ("setup_status", "redirect")
    return answer, status


def at_the_bank(status: dict[str, Any], outcome: str) -> httpx.Response:
    url = status["next_action"]["data"]["url"]
    return httpx.post(url, content=f"outcome={outcome}")


async def test_the_bank_asks_and_the_customer_comes_back(program: Program, shop: Shop) -> None:
    answer, status = await asked(program, shop, return_url="https://northwind.example/a")
    returned = at_the_bank(status, "succeed")
    back = urlsplit(returned.headers["location"])
    assert back.path == f"/api/setup_intents/{answer['id']}/return"
    reply = await program.http.get(f"http://portal.test{back.path}?{back.query}")
    assert (reply.status_code, reply.headers["location"]) == (303, "https://northwind.example/a")
    await webhooks(shop)
    found = (await program.http.get(f"/setup_intents/{answer['id']}")).json()
    assert (found["status"], found["three_ds_verified"]) == ("succeeded", True)
    assert found["payment_method_id"] in {
        one["id"] for one in await program.data("/payment_methods")
    }


async def test_a_copy_that_a_bank_let_pass_is_replaced_too(program: Program, shop: Shop) -> None:
    for _ in range(2):
        _, status = await asked(program, shop)
        at_the_bank(status, "succeed")
        await webhooks(shop)
    await webhooks(shop)
    cards = [one["card"]["last4"] for one in await program.data("/payment_methods")]
    assert sorted(cards) == ["3220", "4242", "4242"]  # hers twice, and Ben's


async def test_who_fails_at_the_bank_has_saved_nothing(program: Program, shop: Shop) -> None:
    answer, status = await asked(program, shop)
    at_the_bank(status, "fail")
    await webhooks(shop)
    found = (await program.http.get(f"/setup_intents/{answer['id']}")).json()
    assert found["status"] == "canceled"
    assert found["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert len(attached(shop)) == 1


async def test_the_address_may_change_until_the_customer_returns(
    program: Program, shop: Shop
) -> None:
    answer, status = await asked(program, shop)
    path = f"/setup_intents/{answer['id']}/return_url"
    secret = {"Authorization": f"Bearer {answer['client_secret']}"}
    url = "http://localhost:8000/done?x=1"
    changed = await program.write("PATCH", path, json={"return_url": url}, headers=secret)
    assert changed.json() == {**status, "return_url": url}
    at_the_bank(status, "succeed")
    await webhooks(shop)
    late = await program.write("PATCH", path, json={"return_url": url})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "setup_over")


async def test_an_unknown_return_leads_to_the_portal(program: Program, shop: Shop) -> None:
    answer, _ = await asked(program, shop)
    for name in (answer["id"], "sint_unknown", "x"):
        reply = await program.http.get(f"http://portal.test/api/setup_intents/{name}/return")
        assert (reply.status_code, reply.headers["location"]) == (303, "/payment-methods/")


async def test_no_other_address_is_taken(program: Program, shop: Shop) -> None:
    for url in URLS:
        body = {**ADA, "confirmation_token": "ctoken_1", "return_url": url}
        reply = await program.write("POST", "/setup_intents", json=body)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_parameter"), url
    assert await rows(shop.db, Intent) == []


async def test_what_is_not_offered_is_refused_by_name(program: Program) -> None:
    for body, status, code in BODIES:
        reply = await program.write("POST", "/setup_intents", json=body)
        assert (reply.status_code, reply.json()["error"].get("code")) == (status, code), body
    assert await rows(program.shop.db, Intent) == []


async def test_several_customers_of_one_address_are_told_apart(
    program: Program, shop: Shop
) -> None:
    other = shop.client.v1.customers.create(
        {"email": "ada@example.com", "payment_method": "pm_card_visa"}
    ).id
    plan = shop.client.v1.subscriptions.retrieve(shop.subs[0])["items"].data[0].price.id
    visa = attached(shop, other).pop()
    shop.client.v1.subscriptions.create(
        {"customer": other, "items": [{"price": plan}], "default_payment_method": visa}
    )
    await shop.learn()
    body = {**ADA, "confirmation_token": token(shop)}
    reply = await program.write("POST", "/setup_intents", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "ambiguous_customer")
    held = await shop.held(shop.ada)
    answer = await create(program, **body, member_id=held[0].row.member.id)
    assert answer["status"] == "succeeded"
    assert (len(attached(shop)), len(attached(shop, other))) == (2, 1)


async def test_while_the_provider_is_away_it_is_under_way(
    program: Program, shop: Shop, clocks: Clocks
) -> None:
    given = token(shop)
    faults = [{"kind": "reset", "times": 9, "method": "POST", "path": "/v1/setup_intents"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})
    answer = await create(program, **ADA, confirmation_token=given)
    assert answer["status"] == "processing"
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    await webhooks(shop)
    found = (await program.http.get(f"/setup_intents/{answer['id']}")).json()
    assert found["status"] == "succeeded"
    assert len(attached(shop)) == 2


async def test_twenty_alike_have_one_effect(program: Program, shop: Shop) -> None:
    """And the secret is kept nowhere, though every repetition gets it."""
    body = {**ADA, "confirmation_token": token(shop)}

    async def ask() -> httpx.Response:
        return await program.write(
            "POST", "/setup_intents", json=body, headers={"Idempotency-Key": "k"}
        )

    replies = await asyncio.gather(*[ask() for _ in range(20)])
    assert {reply.status_code for reply in replies} <= {201, 409}
    answers = {reply.content for reply in replies if reply.status_code == 201}
    answers.add((await ask()).content)
    assert len(answers) == 1
    assert [one["status"] for one in changes(shop, "/v1/setup_intents")] == [200]
    assert len(await rows(shop.db, Intent)) == 1
    secret = orjson.loads(answers.pop())["client_secret"].partition("_secret_")[2]
    kept = [str(one.answer) for one in await rows(shop.db, IdempotentRequest)]
    assert kept
    assert not any(secret in one for one in kept)
