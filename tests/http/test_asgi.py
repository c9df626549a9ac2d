"""What stands between the network and the pages, driven over a small front-end build."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.asgi import CLIENT, front
from portal_app.kit.http.asgi import header, respond
from portal_app.kit.http.csp import SERVER_RENDERED, policy_for, source_hash
from portal_app.kit.http.documents import HeadLinks
from portal_app.kit.http.routes import read_pages

ORIGIN = "http://portal.test"
LINKS = HeadLinks("/brand/biz_1.css?v=2", "/fonts/inter.woff2")
SHELL = "<html><head><title>x</title></head><body><script>shell()</script></body></html>"
ORDERS = SHELL.replace("shell()", "orders()")
SHARED = ["/assets/root-1.js", "/assets/shared-1.js"]
MANIFEST = {
    "routes": {
        "root": {"id": "root", "path": "", "module": "/assets/root-1.js", "imports": []},
        "orders": {"path": "orders", "module": "/assets/orders-1.js", "imports": SHARED},
        "membership": {"path": "billing/manage/:mber", "module": "/assets/membership-1.js"},
        "login": {"path": "login", "module": "/assets/login-1.js"},
        "lost": {"path": "*", "module": "/assets/lost-1.js"},
    }
}


@pytest.fixture
def client_dir(tmp_path: Path) -> Path:
    for folder in ("assets", "orders", "login"):
        (tmp_path / folder).mkdir()
    manifest = f"window.__reactRouterManifest={json.dumps(MANIFEST)};"
    (tmp_path / "assets" / "manifest-1.js").write_text(manifest)
    (tmp_path / "404.html").write_text(SHELL)
    (tmp_path / "orders" / "index.html").write_text(ORDERS)
    (tmp_path / "login" / "index.html").write_text(SHELL)
    return tmp_path


async def reflex(scope: Scope, _receive: Receive, send: Send) -> None:
    """Stands in for Reflex: says what it was asked."""
    path = scope["path"]
    if path.startswith("/assets/"):
        await respond(send, 200, ((b"content-type", b"text/javascript"),), b"1")
    elif path == "/gone/":
        await respond(send, 404, ((b"content-type", b"text/html"),), SHELL.encode())
    elif path == "/cancel/":
        await respond(send, 200, ((b"content-type", b"text/html; charset=utf-8"),), b"<p>")
    else:
        await respond(send, 200, body=f"{scope['method']} {path}".encode())


async def api(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, 200, body=b"api")


async def has_session(cookie: str) -> bool:
    return "session=ada" in cookie


async def brand_link(path: str, cookie: str) -> HeadLinks | None:
    return LINKS if "mber_ada" in path and "session=ada" in cookie else None


def portal(client_dir: Path, origin: str = ORIGIN) -> ASGIApp:
    return front(
        reflex,
        api=api,
        origin=origin,
        client=client_dir,
        has_session=has_session,
        brand_link=brand_link,
    )


@pytest.fixture
async def web(client_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(portal(client_dir))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


ADA = {"Cookie": "session=ada"}


async def test_page_is_served_with_the_policy_of_its_own_file(web: httpx.AsyncClient) -> None:
    reply = await web.get("/orders/", headers=ADA)
    assert reply.status_code == 200
    policy = reply.headers["content-security-policy"]
    assert source_hash("orders()") in policy
    assert source_hash("shell()") not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_page_names_the_chunks_it_will_need_once(web: httpx.AsyncClient) -> None:
    html = (await web.get("/orders/", headers=ADA)).text
    loaded = re.findall(r'<link rel="modulepreload" href="([^"]+)"/>', html)
    assert loaded == ["/assets/orders-1.js", "/assets/shared-1.js"]


async def test_open_address_gets_the_shell_with_its_preload(web: httpx.AsyncClient) -> None:
    reply = await web.get("/billing/manage/mber_x/", headers=ADA)
    assert (reply.status_code, "/assets/membership-1.js" in reply.text) == (200, True)
    assert source_hash("shell()") in reply.headers["content-security-policy"]


async def test_brand_sheet_is_linked_for_the_holder_only(web: httpx.AsyncClient) -> None:
    own = await web.get("/billing/manage/mber_ada/", headers=ADA)
    other = await web.get("/billing/manage/mber_ben/", headers=ADA)
    assert 'href="/brand/biz_1.css?v=2" data-for="/billing/manage/mber_ada/"/><link' in own.text
    assert '<link rel="preload" href="/fonts/inter.woff2" as="font"' in own.text
    assert not re.search("/brand/|/fonts/", other.text)


async def test_page_is_compressed_when_asked(client_dir: Path) -> None:
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/login/",
        "query_string": b"",
        "headers": [(b"accept-encoding", b"gzip, br")],
    }
    await portal(client_dir)(scope, None, send)  # type: ignore[arg-type]
    body = sent[1]["body"]
    assert isinstance(body, bytes)
    assert b"login-1.js" in gzip.decompress(body)
    assert (b"content-encoding", b"gzip") in sent[0]["headers"]  # type: ignore[operator]


async def test_head_has_the_length_and_no_body(web: httpx.AsyncClient) -> None:
    reply = await web.head("/login/")
    assert reply.content == b""
    assert int(reply.headers["content-length"]) > 100


@pytest.mark.parametrize("path", ["/orders/", "/billing/manage/mber_1/cancel/", "/account/"])
async def test_private_page_without_session_leads_to_sign_in(
    web: httpx.AsyncClient, path: str
) -> None:
    reply = await web.get(f"{path}?a=1&b=2")
    assert reply.status_code == 303
    assert reply.headers["location"] == f"/login/?next={path}%3Fa%3D1%26b%3D2"
    assert reply.headers["cache-control"] == "no-store"


async def test_root_leads_home_or_to_sign_in(web: httpx.AsyncClient) -> None:
    assert (await web.get("/")).headers["location"] == "/login/"
    assert (await web.get("/", headers=ADA)).headers["location"] == "/orders/"


async def test_missing_slash_is_added_without_a_host(web: httpx.AsyncClient) -> None:
    reply = await web.get("/orders?year=2026", headers=ADA)
    assert reply.status_code == 308
    assert reply.headers["location"] == "/orders/?year=2026"


async def test_doubled_slash_never_leaves_the_site(web: httpx.AsyncClient) -> None:
    reply = await web.get("http://portal.test//evil.example/", headers=ADA)
    assert not reply.headers.get("location", "/").startswith("//")


async def test_api_stands_in_front_and_needs_no_origin(web: httpx.AsyncClient) -> None:
    assert (await web.post("/api/v1/memberships/mem_1/cancel")).text == "api"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": ORIGIN}, 200),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_changing_request_needs_proof_of_origin(
    web: httpx.AsyncClient, headers: dict[str, str], status: int, method: str
) -> None:
    reply = await web.request(method, "/auth/logout", headers=headers)
    assert reply.status_code == status


@pytest.mark.parametrize("path", ["/webhooks/stripe", "/sandbox/stripe/v1/customers"])
async def test_paths_with_another_proof_are_exempt(web: httpx.AsyncClient, path: str) -> None:
    assert (await web.post(path)).status_code == 200


async def test_caching(web: httpx.AsyncClient) -> None:
    async def caching(path: str) -> str:
        value: str = (await web.get(path, headers=ADA)).headers["cache-control"]
        return value

    assert await caching("/assets/root-1.js") == "public, max-age=31536000, immutable"
    assert await caching("/orders/") == "no-store"
    assert await caching("/login/") == "no-store"
    assert await caching("/gone/") == "no-cache"
    assert await caching("/cancel/") == "no-store"


async def test_every_answer_carries_the_security_headers(web: httpx.AsyncClient) -> None:
    for path in ("/login/", "/", "/assets/root-1.js", "/api/v1/x", "/gone/"):
        headers = (await web.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/login/", "/orders/", "/billing/manage/mber_1/", "/gone/", "/cancel/"),
        *("/assets/root-1.js", "/api/v1/x", "/sandbox/stripe/v1/customers", "/receipts/pay_1.pdf"),
    ],
)
async def test_https_is_remembered_by_every_class_of_route(client_dir: Path, path: str) -> None:
    transport = httpx.ASGITransport(portal(client_dir, "https://portal.test"))
    async with httpx.AsyncClient(transport=transport, base_url="https://portal.test") as web:
        for method in ("GET", "POST", "OPTIONS"):
            reply = await web.request(method, path)
            found = reply.headers.get_list("strict-transport-security")
            assert found == ["max-age=31536000; includeSubDomains"]


async def test_no_answer_opens_the_portal_to_another_origin(client_dir: Path) -> None:
    """Reflex allows our own origin, and credentials to whoever asks; neither goes out."""

    async def generous(_scope: Scope, _receive: Receive, send: Send) -> None:
        allowed = (
            (b"Access-Control-Allow-Origin", b"*"),
            (b"access-control-allow-credentials", b""),
        )
        await respond(send, 200, allowed, b"1")

    app = front(generous, api=generous, origin=ORIGIN, client=client_dir)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as web:
        for path in ("/assets/root-1.js", "/api/v1/x", "/cancel/"):
            headers = (await web.get(path)).headers
            assert [name for name in headers if name.startswith("access-control")] == []


async def test_html_of_a_route_allows_nothing_inline(web: httpx.AsyncClient) -> None:
    assert (await web.get("/cancel/")).headers["content-security-policy"] == SERVER_RENDERED
    assert "sha256" not in SERVER_RENDERED


async def test_unknown_address_gets_the_policy_of_the_shell(web: httpx.AsyncClient) -> None:
    reply = await web.get("/gone/")
    assert reply.status_code == 404
    assert reply.headers["content-security-policy"] == policy_for(SHELL)


async def test_sockets_and_lifespan_reach_reflex(client_dir: Path) -> None:
    seen: list[str] = []

    async def inner(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    app = front(inner, api=api, origin=ORIGIN, client=client_dir, has_session=has_session)
    for kind in ("lifespan", "websocket"):
        await app({"type": kind, "path": "/_event", "headers": []}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan", "websocket"]


def test_header_reads_the_first_value() -> None:
    scope: Scope = {"headers": [(b"cookie", b"a=1"), (b"cookie", b"b=2")]}
    assert header(scope, b"cookie") == "a=1"
    assert header(scope, b"host") == ""


def test_built_front_end_fits_this_server() -> None:
    """The real build: its manifest is read, its shell allowed, no address of the build left."""
    assert (CLIENT / "404.html").exists(), "run: python -m portal_app.build"
    assert read_pages(CLIENT)
    policy = policy_for((CLIENT / "404.html").read_text())
    assert policy.count("sha256-") >= 3
    assert "unsafe" not in policy
    baked = [path.name for path in CLIENT.rglob("*.js") if "portal.invalid" in path.read_text()]
    assert baked == []
