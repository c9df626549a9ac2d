"""`POST /webhooks/stripe`: what is signed is kept once and for all, everything else is nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError

from portal_app.ingest import inbox
from portal_app.ingest.models import InboxEvent
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.provider.webhooks import LARGEST_BODY
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.rows import all_of
from tests.webhooks import PATH, SECRET, application, event, send, sender, signed

REFUSAL = (400, b'{"received":false}')


@pytest.fixture
async def client(clocks: Clocks, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with sender(application()) as client:
        yield client


async def test_an_event_is_stored_as_it_came(client: httpx.AsyncClient, db: Database) -> None:
    reply = await send(client, event(type="entirely.unknown"))
    assert (reply.status_code, reply.content) == (200, b'{"received":true}')
    [row] = await all_of(db, InboxEvent)
    assert (row.stripe_event_id, row.type) == ("evt_1", "entirely.unknown")
    assert row.payload == event(type="entirely.unknown")
    assert row.received_at == row.due_at == wall_now()
    assert (row.attempts, row.handled_at, row.leased_until, row.dead_at) == (0, None, None, None)


async def test_a_repetition_is_welcomed_and_stored_once(
    client: httpx.AsyncClient, db: Database
) -> None:
    replies = await asyncio.gather(*[send(client, event(7)) for _ in range(20)])
    again = await send(client, event(7, type="something.else"))
    assert {reply.status_code for reply in [*replies, again]} == {200}
    [row] = await all_of(db, InboxEvent)
    assert row.type == "customer.updated"


async def test_events_that_arrive_together_share_a_commit(
    client: httpx.AsyncClient, db: Database
) -> None:
    commits: list[Any] = []
    sqlalchemy_event.listen(db.engine.sync_engine, "commit", commits.append)
    await asyncio.gather(*[send(client, event(number)) for number in range(100)])
    assert len(await all_of(db, InboxEvent)) == 100
    assert len(commits) < 20


async def test_each_secret_of_a_rotation_counts(clocks: Clocks, db: Database) -> None:
    async with sender(application("whsec_old", "whsec_new")) as client:
        for number, secret in enumerate(("whsec_old", "whsec_new", "whsec_older")):
            reply = await send(client, event(number), secret)
            assert reply.status_code == (400 if secret == "whsec_older" else 200)
    assert len(await all_of(db, InboxEvent)) == 2


async def test_a_header_with_signatures_of_two_secrets_counts(
    client: httpx.AsyncClient, db: Database
) -> None:
    """Stripe sends both while a secret is rolled."""
    body = json.dumps(event())
    old = signed(body, "whsec_gone")["Stripe-Signature"]
    new = signed(body)["Stripe-Signature"].partition(",")[2]
    reply = await client.post(PATH, content=body, headers={"Stripe-Signature": f"{old},{new}"})
    assert reply.status_code == 200


@pytest.mark.parametrize(("age", "status"), [(0, 200), (290, 200), (310, 400)])
async def test_old_signatures_are_refused(
    client: httpx.AsyncClient, db: Database, age: int, status: int
) -> None:
    assert (await send(client, event(), age=age)).status_code == status
    assert len(await all_of(db, InboxEvent)) == (status == 200)


@pytest.mark.parametrize("live", [True, False])
async def test_events_of_the_other_mode_are_refused(
    clocks: Clocks, db: Database, *, live: bool
) -> None:
    async with sender(application(live=live)) as client:
        assert (await send(client, event(1, livemode=live))).status_code == 200
        wrong = await send(client, event(2, livemode=not live))
    assert (wrong.status_code, wrong.content) == REFUSAL
    assert [row.stripe_event_id for row in await all_of(db, InboxEvent)] == ["evt_1"]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "[]",
        "7",
        '{"object":"event"}',
        json.dumps(event(object="v2.core.event")),
        json.dumps(event(livemode="false")),
        json.dumps(event(id=["evt_1"])),
        json.dumps(event())[:-1],
        json.dumps(event(padding="x" * LARGEST_BODY)),
        '{"a":' * 2000 + "1" + "}" * 2000,
    ],
)
async def test_signed_nonsense_is_refused_like_everything_else(
    client: httpx.AsyncClient, db: Database, payload: str
) -> None:
    reply = await send(client, payload)
    assert (reply.status_code, reply.content) == REFUSAL
    assert await all_of(db, InboxEvent) == []


@pytest.mark.parametrize("header", ["", "t=1,v1=", "t=,v1=" + "0" * 64, "v1=ü", "t=1" * 5000])
async def test_a_missing_or_odd_signature_gets_the_same_answer(
    client: httpx.AsyncClient, db: Database, header: str
) -> None:
    given = {"Stripe-Signature": header.encode("latin-1")} if header else {}
    reply = await client.post(PATH, content=json.dumps(event()), headers=given)
    assert (reply.status_code, reply.content) == REFUSAL
    assert await all_of(db, InboxEvent) == []


async def test_what_no_database_can_store_is_left_out(
    client: httpx.AsyncClient, db: Database
) -> None:
    assert (await send(client, event(note=["a\0b", {"c\0": "\0"}]))).status_code == 200
    [row] = await all_of(db, InboxEvent)
    assert row.payload["note"] == ["ab", {"c": ""}]


async def test_only_a_post_is_answered(client: httpx.AsyncClient) -> None:
    assert (await client.get(PATH)).status_code == 405


async def test_a_database_that_is_away_asks_the_sender_to_come_again(
    client: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise OperationalError("insert", {}, OSError("no room"))

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "insert", away)
        reply = await send(client, event())
    assert (reply.status_code, reply.content) == (503, b'{"received":false}')
    assert (await send(client, event())).status_code == 200
    assert len(await all_of(db, InboxEvent)) == 1


async def test_one_event_that_cant_be_stored_takes_no_other_with_it(
    client: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = inbox.insert

    async def picky(db: Database, events: Any) -> None:
        if any(one.id == "evt_3" for one in events):
            raise OperationalError("insert", {}, OSError("not that one"))
        await whole(db, events)

    monkeypatch.setattr(inbox, "insert", picky)
    replies = await asyncio.gather(*[send(client, event(number)) for number in range(6)])
    assert [reply.status_code for reply in replies] == [200, 200, 200, 503, 200, 200]
    assert len(await all_of(db, InboxEvent)) == 5


async def test_whoever_listens_hears_of_it_after_the_commit(
    client: httpx.AsyncClient, db: Database
) -> None:
    heard: list[str] = []
    silence = inbox.listen(lambda: heard.append("new"))
    await send(client, event())
    silence()
    await send(client, event(2))
    assert heard == ["new"]


def test_secrets_come_from_the_settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    [derived] = settings.webhook_secrets
    assert derived.startswith("whsec_")
    assert len(derived) == len("whsec_") + 64
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", f"{SECRET}, whsec_b\nwhsec_c")
    get_settings.cache_clear()
    assert get_settings().webhook_secrets == (SECRET, "whsec_b", "whsec_c")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_something")
    get_settings.cache_clear()
    assert get_settings().webhook_secrets == ()
