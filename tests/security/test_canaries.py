"""Secrets sent through every path are found nowhere but in the digest columns (check 12)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from reflex_base.registry import RegistrationContext

from portal_app import portal_app
from tests.portal_server import Portal
from tests.security.raw_frames import CONNECT, HYDRATE, RawSocket, event_frame
from tests.security.routes_of import Route, every_route

assert portal_app.app  # importing it registers every handler
PAN = "4242424242424242"
WEBHOOK_SECRET = "whsec_c4n4ryc4n4ryc4n4ryc4n4ryc4n4ry"
# A refused form comes back as it was filled in, to who filled it in, and a link's page holds the
# token that its button sends.
FILLED_IN = {"/auth/code", "/auth/verify", "/login/link/{token}/"}
MANAGE = "/billing/manage/[member_id]/"


@dataclass(frozen=True)
class Canaries:
    """One of each secret, all real but for the card and the webhook's."""

    client: httpx.Client
    secrets: dict[str, str]

    @property
    def hidden_from_scripts(self) -> dict[str, str]:
        """What not even the page of its own owner may be told: the HttpOnly cookies."""
        return {name: value for name, value in self.secrets.items() if "cookie" in name}


@pytest.fixture(scope="module")
def canaries(portal: Portal) -> Canaries:
    """A signed-in browser that has just asked for another code, as it arrives by mail."""
    client = portal.sign_in("ben@example.com")
    known = len(portal.mails("ben@example.com"))
    client.post("/auth/code", data={"email": "ben@example.com"})
    code = portal.code_for("ben@example.com", known=known)
    link = portal.link_for("ben@example.com").split("/login/link/", 1)[1].split("/", 1)[0]
    return Canaries(
        client,
        {
            "api key": portal.listing["api_key"],
            "session cookie": client.cookies["portal_session"],
            "browser cookie": client.cookies["portal_browser"],
            "device cookie": client.cookies["portal_device"],
            "login code": code,
            "link token": link,
            "webhook secret": WEBHOOK_SECRET,
            "card": PAN,
        },
    )


def found_in(text: str, secrets: dict[str, str]) -> set[str]:
    return {name for name, secret in secrets.items() if secret in text}


def dump(portal: Portal) -> str:
    """The whole database but for the sandbox's mailbox, which stands in for everybody's inbox."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
        lines = connection.iterdump()
        return "\n".join(line for line in lines if 'INSERT INTO "sandbox_mails"' not in line)


def logged(portal: Portal, start: int) -> str:
    return portal.log.read_bytes()[start:].decode()


def send_everywhere(canaries: Canaries, route: Route, secret: str) -> Iterator[httpx.Response]:
    """*secret* as a segment, in the query, in headers, as a cookie, in a form and in JSON."""
    client = canaries.client
    headers = {"Authorization": f"Bearer {secret}", "Stripe-Signature": secret, "X-Canary": secret}
    for method in route.methods:
        if "logout" in route.path:
            continue  # it would end the session that the rest is sent with
        path = route.filled("x")
        yield client.request(method, route.filled(secret))
        yield client.request(method, path, params={"token": secret, "next": f"/{secret}"})
        yield client.request(method, path, headers=headers | {"Idempotency-Key": secret})
        yield client.request(method, path, headers={"Cookie": f"other={secret}; portal_lang=x"})
        if method not in {"GET", "HEAD"}:
            fields = ("email", "code", "token", "locale", "next")
            yield client.request(method, path, data=dict.fromkeys(fields, secret))
            yield client.request(method, path, json={"code": secret, "nested": {"x": [secret]}})


@pytest.mark.parametrize("name", ["api key", "session cookie", "browser cookie", "login code"])
def test_each_canary_is_a_real_secret(canaries: Canaries, portal: Portal, name: str) -> None:
    """The test would pass with invented ones; these are what their owners use."""
    assert len(canaries.secrets[name]) >= 6
    key = {"Authorization": f"Bearer {canaries.secrets['api key']}"}
    membership = portal.membership("active")["id"]
    address = f"{portal.origin}/api/v1/memberships/{membership}"
    assert httpx.get(address, headers=key).status_code == 200
    assert canaries.client.get("/orders/").status_code == 200


def test_http_keeps_no_secret_and_shows_none(portal: Portal, canaries: Canaries) -> None:
    start = portal.log.stat().st_size
    repeated: set[str] = set()
    for route in every_route():
        for name, secret in canaries.secrets.items():
            if name == "login code" and route.path == "/auth/verify":
                continue  # there it is no leak but a sign-in, which ends it
            for reply in send_everywhere(canaries, route, secret):
                if not found_in(reply.text, {name: secret}) or "sandbox" in route.path:
                    continue
                assert reply.headers["cache-control"] == "no-store"
                if route.path not in FILLED_IN:
                    repeated.add(f"{name} in {reply.request.method} {route.path}")
    assert repeated == set()
    assert found_in(logged(portal, start), canaries.secrets) == set()
    assert found_in(dump(portal), canaries.secrets) == set()


def handlers() -> dict[str, list[str]]:
    """Every handler of the portal and its arguments' names."""
    found = {}
    for name, one in RegistrationContext.ensure_context().event_handlers.items():
        if not one.states[0].__module__.startswith("tests."):
            code = one.handler.fn.__code__
            found[name] = list(code.co_varnames[1 : code.co_argcount])
    return found


def frames_with(secret: str) -> Iterator[str]:
    """*secret* as each argument, as arguments nobody asked for, as a name and as no event."""
    place = {"pathname": MANAGE, "asPath": "/billing/manage/x/", "query": {"member_id": secret}}
    for name, arguments in handlers().items():
        yield event_frame({"name": name, "payload": dict.fromkeys(arguments, secret)})
        yield event_frame({"name": name, "payload": {"extra": secret}, "router_data": place})
    yield event_frame({"name": f"{HYDRATE}.{secret}", "payload": {"x": secret}})
    yield event_frame({"name": HYDRATE, "payload": {"vars": {secret: secret}}})
    yield event_frame(secret)
    yield event_frame([secret])
    yield event_frame({"name": HYDRATE, "token": secret, "more": secret})
    report = {"message": f"failed: {secret}", "substate": secret, "error_type": secret}
    yield f"42/_event,{json.dumps(['client_error', report])}"
    yield f"42/_event,{json.dumps([secret, secret])}"


@pytest.mark.parametrize("signed_in", [False, True])
async def test_the_socket_keeps_no_secret(
    portal: Portal, canaries: Canaries, signed_in: bool
) -> None:
    start = portal.log.stat().st_size
    cookie = portal.cookie_of(canaries.client) if signed_in else ""
    for name, secret in canaries.secrets.items():
        headers = {"X-Canary": secret, "Authorization": f"Bearer {secret}", "User-Agent": "tests"}
        async with RawSocket(portal, cookie=cookie, headers=headers) as tab:
            await tab.send(f"40/_event,{json.dumps({'event': {'name': secret}, 'x': secret})}")
            await tab.send(event_frame({"name": HYDRATE}))
            answered = await tab.settle()
            # Nothing of the handshake comes back, and no secret that scripts may not see.
            assert "is_hydrated" in answered
            assert found_in(answered, {name: secret} | canaries.hidden_from_scripts) == set()
            await tab.send(*frames_with(secret))
            received = await tab.settle()
        assert found_in(received, canaries.hidden_from_scripts) <= {name}
    assert found_in(logged(portal, start), canaries.secrets) == set()
    assert found_in(dump(portal), canaries.secrets) == set()


async def test_a_refused_socket_logs_nothing_of_what_it_sent(
    portal: Portal, canaries: Canaries
) -> None:
    start = portal.log.stat().st_size
    for secret in canaries.secrets.values():
        for frame in (secret, f"42/{secret}", f"42/_event,{secret}", f"40/_event,{secret}"):
            async with RawSocket(portal) as tab:
                await tab.send(CONNECT, frame)
                await tab.settle(2)
            assert tab.closed == 1008
        for headers in ({"Origin": secret}, {"Origin": f"https://{secret}.test"}):
            with pytest.raises(Exception, match="403"):
                async with RawSocket(portal, headers=headers):
                    pass
        with pytest.raises(Exception, match="403"):
            async with RawSocket(portal, token=f"{secret}&token={secret}"):
                pass
    assert found_in(logged(portal, start), canaries.secrets) == set()


def test_the_search_would_find_a_leak(portal: Portal, canaries: Canaries) -> None:
    """What is searched is really there: the digests in the database, the lines in the log."""
    assert "token_digest" in dump(portal)
    assert "signed in" in portal.log.read_text()
    leaked = f"… {PAN} … {canaries.secrets['link token']} …"
    assert found_in(leaked, canaries.secrets) == {"card", "link token"}
