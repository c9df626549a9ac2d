"""Browsers that leave for another service and come back."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from portal_app.identity.models import Identity, OidcAttempt, Person
from portal_app.identity.oidc.errors import AnswerNotProven, ProviderAway
from portal_app.identity.oidc.providers import providers
from portal_app.identity.sessions import find_actor
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError
from tests.http.auth.sign_in_client import ORIGIN, cookie_header
from tests.oidc_server import Claims, OidcServer
from tests.rows import all_of

ADA, EVE = "ada@example.com", "eve@example.com"
ADAS: Claims = {"sub": "ada", "email": ADA, "email_verified": True}
SECRET = "client-secret-of-the-portal"


def offer(monkeypatch: pytest.MonkeyPatch, name: str, **settings: str) -> None:
    """Set `PORTAL_OIDC_<NAME>_…`; the fixture `app` of these tests takes them back."""
    for key, value in {"client_id": "portal", "client_secret": SECRET, **settings}.items():
        monkeypatch.setenv(f"PORTAL_OIDC_{name.upper()}_{key.upper()}", value)
    providers.cache_clear()


async def left(client: httpx.AsyncClient, name: str = "op", next_path: str = "/account/") -> str:
    """Where the browser is sent."""
    answer = await client.get(f"/auth/oidc/{name}", params={"next": next_path})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def back(client: httpx.AsyncClient, url: str) -> httpx.Response:
    assert url.startswith(f"{ORIGIN}/auth/oidc/")
    parts = urlsplit(url)
    return await client.get(f"{parts.path}?{parts.query}")


async def came(
    client: httpx.AsyncClient, op: OidcServer, name: str = "op", **claims: object
) -> httpx.Response:
    """There and back as the person of *claims*."""
    return await back(client, op.approve(await left(client, name), **claims))


async def who(client: httpx.AsyncClient) -> str:
    """The address of whoever is signed in; empty for nobody."""
    actor = await find_actor(cookie_header(client))
    return actor.email if actor else ""


async def refused(
    answer: httpx.Response,
    client: httpx.AsyncClient,
    db: Database,
    why: type[PortalError] = AnswerNotProven,
    *,
    people: int = 0,
) -> None:
    """A plain page that says why, with a way on; nobody is signed in, nobody new is there."""
    error = why()  # type: ignore[call-arg] # those of the sign-in take nothing
    assert answer.status_code == error.status
    assert answer.is_client_error or why is ProviderAway
    page = unescape(answer.text)
    assert "<title>Error: Sign in</title>" in page
    assert re.findall(r'role="alert".*?class="alert-title">([^<]+)<', page) == [error.sentence]
    assert re.findall('href="/login/\\?next=([^"]*)"', page) in (["/account/"], ["/orders/"])
    assert await who(client) == ""
    assert len(await all_of(db, Person)) == people
    assert await all_of(db, Identity) == []
    await _tells_no_secret(answer, db)


async def _tells_no_secret(answer: httpx.Response, db: Database) -> None:
    """What came in the address and what was kept for the way back."""
    given = parse_qs(answer.request.url.query.decode())
    secrets = {SECRET, *given.get("code", ()), *given.get("state", ())}
    for attempt in await all_of(db, OidcAttempt):
        secrets |= {attempt.nonce, attempt.code_verifier, attempt.state_digest}
    said = f"{answer.text} {answer.headers}"
    assert [one for one in secrets if len(one) >= 8 and one in said] == []
