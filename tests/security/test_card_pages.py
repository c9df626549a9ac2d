"""Only documents with fields for a card may load anything of Stripe's, whichever mode it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.asgi import (
    CARD_PAGES,
    CLIENT,
    FRAMING_PAGES,
    STAND_IN_SOURCES,
    STRIPE_SOURCES,
    front,
)
from portal_app.kit.http.asgi import respond
from portal_app.kit.http.routes import read_pages, segments_of
from tests.portal_server import Portal

ORIGIN = "http://portal.test"
# docs.stripe.com/security/guide#content-security-policy
HOSTS = {"https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"}
CARDS = {segments_of(path) for path in CARD_PAGES}
# They frame mails and documents of our own, and nobody else's.
FRAMES = {segments_of(path) for path in FRAMING_PAGES}
PAGES = [page.pattern for page in read_pages(CLIENT)] if CLIENT.exists() else []


async def nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, 404, ((b"content-type", b"text/html"),), b"<p>")


async def anybody(_cookie: str) -> bool:
    return True


def portal_with(sources: Mapping[str, str]) -> ASGIApp:
    return front(
        nothing,
        api=nothing,
        origin=ORIGIN,
        client=CLIENT,
        has_session=anybody,
        card_sources=sources,
    )


async def policies(sources: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Of every page of the real build, and of an address that leads nowhere."""
    transport = httpx.ASGITransport(portal_with(sources))
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as web:
        for pattern in [*PAGES, ("no", "such", "page")]:
            path = "/".join(part.replace(":", "x") for part in pattern)
            reply = await web.get(f"/{path}/".replace("//", "/"))
            found[pattern] = reply.headers["content-security-policy"]
    return found


def other_hosts(policy: str) -> set[str]:
    return set(re.findall(r"https?://[^ ;]+|\*|https?:(?=[ ;])", policy)) - {"https://"}


def test_the_build_has_the_card_pages() -> None:
    assert set(PAGES) >= CARDS, "run: python -m portal_app.build"


async def test_with_a_stripe_key_only_card_pages_name_stripe() -> None:
    found = await policies(STRIPE_SOURCES)
    assert {pattern for pattern, policy in found.items() if "stripe.com" in policy} == CARDS
    for pattern, policy in found.items():
        allowed = other_hosts(policy)
        assert allowed == (HOSTS | {"https://api.stripe.com"} if pattern in CARDS else set())
        assert "unsafe" not in policy


async def test_a_card_page_allows_stripe_what_stripe_needs_and_no_more() -> None:
    found = await policies(STRIPE_SOURCES)
    for pattern in CARDS:
        policy = dict(part.split(" ", 1) for part in found[pattern].split("; "))
        scripts = [one for one in policy["script-src"].split() if "://" in one]
        assert scripts == ["https://js.stripe.com", "https://*.js.stripe.com"]
        assert set(policy["frame-src"].split()) == HOSTS
        assert policy["connect-src"].split() == ["'self'", "https://api.stripe.com"]
        assert policy["form-action"] == "'self'"


async def test_with_the_stand_in_nobody_else_is_named() -> None:
    found = await policies(STAND_IN_SOURCES)
    assert [policy for policy in found.values() if other_hosts(policy)] == []
    framing = {pattern for pattern, policy in found.items() if "frame-src" in policy}
    assert framing == CARDS | FRAMES


@pytest.mark.parametrize("path", ["/payment-methods/add/", "/payment-methods/", "/orders/"])
def test_the_running_portal_knows_its_mode(portal: Portal, path: str) -> None:
    reply = portal.sign_in("ada@example.com").get(path)
    policy = reply.headers["content-security-policy"]
    assert ("frame-src 'self'" in policy) is (path == "/payment-methods/add/")
    assert "stripe.com" not in policy
