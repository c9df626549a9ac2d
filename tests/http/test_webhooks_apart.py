"""Webhooks go past the layers that only pages need."""

from __future__ import annotations

from pathlib import Path

import httpx
from starlette.responses import Response

from portal_app.asgi import front

ORIGIN = "http://portal.test"


async def test_webhooks_pay_for_no_layer_of_the_pages(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    manifest = 'window.__reactRouterManifest={"routes":{"root":{"module":""}}};'
    (tmp_path / "assets" / "manifest-1.js").write_text(manifest)
    (tmp_path / "404.html").write_text("<html><head></head><body></body></html>")
    pages, stored = Response(b"a page"), Response(b"stored")
    app = front(pages, api=pages, webhooks=stored, origin=ORIGIN, client=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        reply = await client.post("/webhooks/stripe")
    assert reply.content == b"stored"
    assert reply.headers["cache-control"] == "no-store"
