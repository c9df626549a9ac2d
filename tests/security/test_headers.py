"""The headers of every class of route over the running portal; the routers name the routes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.portal_server import Portal
from tests.security.routes_of import Route, every_route

IMMUTABLE = "public, max-age=31536000, immutable"
# Longest prefix first. What is somebody's own, or carries a secret, is kept by nobody.
CACHING = {
    "/account": "no-store",
    "/api/": "no-store",
    "/assets/": IMMUTABLE,
    "/auth/": "no-store",
    "/billing/": "no-store",
    "/brand/": "public, max-age=60",
    "/cancel/": "no-store",
    "/fonts/": IMMUTABLE,
    "/i18n.js": "private, no-cache",
    "/invoices/": "no-store",
    "/livez": "no-store",
    "/locale": "no-store",
    "/login": "no-store",
    "/orders": "no-store",
    "/payment-methods": "no-store",
    "/preview/": "no-store",
    "/readyz": "no-store",
    "/receipts/": "no-store",
    "/recipients/": "no-store",
    "/sandbox/": "no-store",
    "/studio": "no-store",
    "/transfer/": "no-store",
    "/webhooks/": "no-store",
    "/withdraw/": "no-store",
}
# Nothing of anybody's: asked for again each time, answered by 304 while it is unchanged.
UNKEPT = "no-cache"
PRIVATE_POLICIES = {"same-origin", "strict-origin", "no-referrer"}
ORIGINS = ("https://evil.test", "null")
ROUTES = every_route()
IDS = [route.path for route in ROUTES]


@pytest.fixture(scope="module")
def ada(portal: Portal) -> httpx.Client:
    return portal.sign_in("ada@example.com")


def requests_of(route: Route) -> Iterator[tuple[str, str]]:
    for value in ("x", "mber_x", "biz_northwind"):
        for method in route.methods:
            if "logout" not in route.path:
                yield method, route.filled(value)


def answers(
    portal: Portal, ada: httpx.Client, route: Route, **headers: str
) -> Iterator[tuple[str, httpx.Response]]:
    """What an anonymous client and a signed-in one get, with their own methods."""
    with httpx.Client(base_url=portal.origin) as anonymous:
        for client in (anonymous, ada):
            for method, path in requests_of(route):
                own = {"Origin": portal.origin} | headers
                yield path, client.request(method, path, headers=own)


def expected_caching(path: str, status: int) -> set[str]:
    if status in {301, 302, 303, 307, 308}:
        return {"no-store"}
    for prefix, value in CACHING.items():
        if path.startswith(prefix):
            failed = prefix in {"/assets/", "/brand/", "/fonts/"} and status >= 400
            return {UNKEPT} if failed else {value}
    return {UNKEPT}


def test_the_list_has_every_class_of_route() -> None:
    paths = set(IDS)
    for one in ("/orders/", "/billing/manage/{member_id}/", "/login/", "/brand/{company_id}.css"):
        assert one in paths
    assert "/api/v1/memberships/{id}" in paths
    assert any(path.startswith("/assets/") for path in paths)


@pytest.mark.parametrize("route", ROUTES, ids=IDS)
def test_every_answer_carries_the_common_headers(
    portal: Portal, ada: httpx.Client, route: Route
) -> None:
    for _, reply in answers(portal, ada, route):
        assert reply.headers.get_list("x-content-type-options") == ["nosniff"]
        assert reply.headers.get_list("cross-origin-opener-policy") == ["same-origin"]
        assert reply.headers["referrer-policy"] in PRIVATE_POLICIES
        assert "camera=()" in reply.headers["permissions-policy"]
        # The portal is on http here; over http the header means nothing (RFC 6797 §7.2).
        assert "strict-transport-security" not in reply.headers
        assert reply.headers.get_list("server") == ["portal"]
        assert "x-powered-by" not in reply.headers


@pytest.mark.parametrize("route", ROUTES, ids=IDS)
def test_every_answer_has_one_policy_and_nobody_may_frame_it(
    portal: Portal, ada: httpx.Client, route: Route
) -> None:
    for _, reply in answers(portal, ada, route):
        (policy,) = reply.headers.get_list("content-security-policy")
        assert "frame-ancestors 'none'" in policy
        if not reply.headers.get("content-type", "").startswith("text/html"):
            continue
        assert "default-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe-" not in policy
        scripts = re.search(r"script-src ([^;]*)", policy)
        allowed = scripts[1].split() if scripts else []
        assert all(one == "'self'" or one.startswith("'sha256-") for one in allowed)


@pytest.mark.parametrize("route", ROUTES, ids=IDS)
def test_every_answer_says_how_long_it_may_be_kept(
    portal: Portal, ada: httpx.Client, route: Route
) -> None:
    for path, reply in answers(portal, ada, route):
        assert set(reply.headers.get_list("cache-control")) == expected_caching(
            path, reply.status_code
        ), path


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("route", ROUTES, ids=IDS)
def test_no_other_origin_may_read_an_answer(
    portal: Portal, ada: httpx.Client, route: Route, origin: str
) -> None:
    for _, reply in answers(portal, ada, route, Origin=origin):
        assert [name for name in reply.headers if name.startswith("access-control-")] == []
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for _, path in requests_of(route):
        reply = httpx.options(portal.origin + path, headers=preflight)
        assert [name for name in reply.headers if name.startswith("access-control-")] == []


def test_a_mail_shown_in_the_sandbox_may_do_nothing(portal: Portal, ada: httpx.Client) -> None:
    """The one exception: mails style themselves inline, as mail must, inside a sandbox."""
    page = httpx.get(f"{portal.origin}/sandbox/mail/").text
    found = re.search(r"/sandbox/mail/[\w-]+\.html", page)
    assert found
    policy = httpx.get(portal.origin + found[0]).headers["content-security-policy"]
    assert "script-src" not in policy
    for part in ("default-src 'none'", "sandbox", "frame-ancestors", "style-src 'unsafe-inline'"):
        assert part in policy


def test_a_stylesheet_under_its_version_is_kept_for_ever(portal: Portal) -> None:
    sheet = httpx.get(f"{portal.origin}/brand/biz_northwind.css")
    version = sheet.headers["etag"].strip('"')
    kept = httpx.get(f"{portal.origin}/brand/biz_northwind.css?v={version}")
    assert kept.headers["cache-control"] == IMMUTABLE
