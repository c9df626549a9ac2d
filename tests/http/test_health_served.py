"""Health checks through everything that stands in front of them, on a portal as it is served."""

from __future__ import annotations

import httpx

from tests.portal_server import Portal


def test_a_served_portal_is_alive_and_ready(portal: Portal) -> None:
    for path in ("/livez", "/readyz"):
        reply = httpx.get(portal.origin + path)
        assert (reply.status_code, reply.json()["status"]) == (200, "ok")
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_without_a_token_there_are_no_figures_for_anybody(portal: Portal) -> None:
    unknown = httpx.get(f"{portal.origin}/no-such-page")
    for authorization in ("", "Bearer x"):
        reply = httpx.get(f"{portal.origin}/metrics", headers={"Authorization": authorization})
        assert (reply.status_code, reply.content) == (404, unknown.content)
