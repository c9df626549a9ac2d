"""Nobody learns who has an account: known and unknown addresses take the same way (ASVS 6.3.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event

from portal_app.identity.emails import ask_to_add
from portal_app.identity.sessions import find_actor
from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage
from tests.conftest import Clocks
from tests.http.auth.oidc_client import back, left, offer
from tests.http.auth.sign_in_client import ask, browser, cookie_header, signed_in
from tests.oidc_server import OidcServer, oidc_server
from tests.rows import all_of

KNOWN, UNKNOWN = "known@example.com", "other@example.com"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile, without its values."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def shape(answer: httpx.Response) -> tuple[Any, ...]:
    """An answer but for the address in it and the random parts."""
    text = re.sub(r"(known|other)(@|%40)example\.com", "somebody", answer.text)
    return answer.status_code, answer.headers.get("location"), sorted(answer.headers), text


async def mails(db: Database, address: str) -> list[str]:
    found = await all_of(db, OutboxMessage)
    return [one.kind for one in found if one.recipient == address and one.sent_at is None]


@pytest.fixture
async def with_known(app: FastAPI, clocks: Clocks) -> FastAPI:
    app.state.device = (await signed_in(app, KNOWN)).cookies["portal_device"]
    clocks.wall.advance(timedelta(hours=1))
    return app


@pytest.mark.parametrize("in_its_browser", [False, True])
async def test_asking_for_a_code(with_known: FastAPI, db: Database, in_its_browser: bool) -> None:
    seen = []
    for address in (KNOWN, UNKNOWN):
        client = browser(with_known)
        if in_its_browser:
            client.cookies.set("portal_device", with_known.state.device)
        with statements() as sent:
            answer = await ask(client, address)
        page = await client.get(answer.headers["location"])
        seen.append((sent, shape(answer), shape(page), await mails(db, address)))
    assert seen[0] == seen[1]
    assert len(seen[0][0]) >= 3
    assert seen[0][3] == ["sign_in_code"]


@pytest.fixture
def op(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcServer]:
    with oidc_server() as provider:
        offer(monkeypatch, "op", issuer=provider.issuer)
        yield provider


async def test_coming_back_from_another_service(
    with_known: FastAPI, db: Database, op: OidcServer
) -> None:
    seen = []
    for address in (KNOWN, UNKNOWN):
        client = browser(with_known)
        url = op.approve(await left(client), sub=address, email=address, email_verified=True)
        with statements() as sent:
            answer = await back(client, url)
        seen.append((sent, shape(answer), await mails(db, address)))
    assert seen[0] == seen[1]
    assert seen[0][2] == ["sign_in_code"]


async def test_adding_an_address(with_known: FastAPI, db: Database, clocks: Clocks) -> None:
    seen = []
    for number, address in enumerate((KNOWN, UNKNOWN)):
        client = await signed_in(with_known, f"ada{number}@example.com")
        actor = await find_actor(cookie_header(client))
        assert actor is not None
        with statements() as sent:
            await ask_to_add(actor, address)
        seen.append((sent, await mails(db, address)))
    assert seen[0] == seen[1]
