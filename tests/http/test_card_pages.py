"""Which documents may load the payment provider's script: the card pages, and no others."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from portal_app.asgi import front
from portal_app.kit.http.asgi import respond

PAGES = {
    "add": "payment-methods/add",
    "pay": "billing/manage/:member_id/pay",
    "rejoin": "billing/manage/:member_id/rejoin",
    "change": "billing/manage/:member_id/payment-method",
    "membership": "billing/manage/:member_id",
    "remove": "payment-methods/:method_id/remove",
    "methods": "payment-methods",
    "orders": "orders",
}


async def nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, 404)


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    routes = {"root": {"path": "", "module": "/assets/root-1.js"}}
    routes |= {
        name: {"path": path, "module": f"/assets/{name}-1.js"} for name, path in PAGES.items()
    }
    (tmp_path / "assets").mkdir()
    manifest = f"window.__reactRouterManifest={json.dumps({'routes': routes})};"
    (tmp_path / "assets" / "manifest-1.js").write_text(manifest)
    (tmp_path / "404.html").write_text("<html><head></head><body></body></html>")
    app = front(nothing, api=nothing, origin="http://portal.test", client=tmp_path)
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://portal.test")


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/payment-methods/add/", True),
        ("/billing/manage/mber_1/pay/", True),
        ("/billing/manage/mber_1/rejoin/", True),
        ("/billing/manage/mber_1/payment-method/", False),
        ("/billing/manage/mber_1/", False),
        ("/payment-methods/payt_1/remove/", False),
        ("/payment-methods/", False),
        ("/orders/", False),
    ],
)
async def test_only_card_pages_reach_the_provider(
    client: httpx.AsyncClient, path: str, may: bool
) -> None:
    async with client:
        reply = await client.get(path)
    policy = reply.headers["content-security-policy"]
    assert reply.status_code == 200
    for host in ("https://js.stripe.com", "https://hooks.stripe.com", "https://api.stripe.com"):
        assert (host in policy) is may
