"""Errors, versions and headers that hold for every address of the API."""

from __future__ import annotations

import logging

import httpx
import pytest
from starlette.requests import Request

from portal_app.api import memberships, operations
from portal_app.kit.errors import Conflict, TooManyRequests
from portal_app.kit.logging import JsonFormatter
from tests.http.api.conftest import World


def _path(world: World) -> str:
    return f"/memberships/{world.own.membership.id}"


@pytest.mark.parametrize(
    "version", [None, "2026-10-15-1", "2025-01-01", "2026-07-20", "2031-02-28-12"]
)
async def test_every_real_version_is_served_the_same(
    client: httpx.AsyncClient, world: World, version: str | None
) -> None:
    headers = {} if version is None else {"Api-Version-Date": version}
    reply = await client.get(_path(world), headers=headers)
    assert reply.status_code == 200
    assert reply.json() == (await client.get(_path(world))).json()


@pytest.mark.parametrize(
    "version", ["", "latest", "2026-13-01", "2026-02-30", "2026-1-1", "2026-10-15-", "٢٠٢٦-10-15"]
)
async def test_a_garbage_version_is_refused(
    client: httpx.AsyncClient, world: World, version: str
) -> None:
    reply = await client.get(_path(world), headers=[(b"api-version-date", version.encode())])
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request"
    assert reply.json()["error"]["code"] == "invalid_api_version"


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/memberships/", 404, "not_found"),
        ("GET", "/memberships/mem_1/", 404, "not_found"),
        ("DELETE", "/memberships/mem_1", 405, "method_not_allowed"),
        ("OPTIONS", "/memberships/mem_1", 405, "method_not_allowed"),
    ],
)
async def test_routing_errors_have_the_body_too(
    client: httpx.AsyncClient, method: str, path: str, status: int, kind: str
) -> None:
    reply = await client.request(method, path)
    assert reply.status_code == status
    assert set(reply.json()) == {"error"}
    assert reply.json()["error"]["type"] == kind
    assert reply.json()["error"]["message"]


async def test_a_fault_is_one_sentence_and_a_log_line(
    client: httpx.AsyncClient,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"secret detail with {world.key}")

    monkeypatch.setattr(memberships, "membership_json", broken)
    with caplog.at_level(logging.ERROR):
        reply = await client.get(_path(world))
    request_id = reply.headers["x-request-id"]
    assert reply.status_code == 500
    assert reply.json() == {
        "error": {
            "type": "server_error",
            "message": f"Something went wrong on our side ({request_id}).",
        }
    }
    (record,) = [record for record in caplog.records if record.name == "portal_app.api.envelope"]
    line = JsonFormatter().format(record)
    assert request_id in line
    assert "secret detail" in line
    assert world.key not in line
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (Conflict("That is over already."), "x-should-retry", "false"),
        (TooManyRequests("Try again in 7 seconds.", retry_after=7), "retry-after", "7"),
    ],
)
async def test_refusals_tell_sdks_how_to_retry(
    *,
    client: httpx.AsyncClient,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    header: str,
    value: str,
) -> None:
    async def refuse(_request: Request) -> None:
        raise error

    monkeypatch.setattr(operations, "authenticate", refuse)
    reply = await client.get(_path(world))
    assert reply.headers[header] == value
    assert reply.json()["error"]["message"] == str(error)


async def test_answers_are_neither_cached_nor_shared_across_origins(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = set()
    for name in (world.own.membership.id, "mem_unknown", "a%2Fb"):
        reply = await client.get(f"/memberships/{name}", headers={"Origin": "https://evil.example"})
        assert reply.headers["cache-control"] == "no-store"
        assert not [name for name in reply.headers if name.startswith("access-control")]
        ids.add(reply.headers["x-request-id"])
    assert len(ids) == 3


@pytest.mark.parametrize(
    "given", ["a", "0af7651916cd43dd8448eb211c80319c", "trace.1_B-2", "x" * 128]
)
async def test_a_sane_request_id_is_kept(
    client: httpx.AsyncClient, world: World, given: str
) -> None:
    for path in (_path(world), "/memberships/mem_unknown", "/nothing"):
        reply = await client.get(path, headers={"X-Request-Id": given})
        assert reply.headers.get_list("x-request-id") == [given]


@pytest.mark.parametrize("given", ["", " ", "a b", "-a", "x" * 129, "a\tb", "a/b", "{}", "é"])
async def test_any_other_request_id_is_replaced(
    client: httpx.AsyncClient, world: World, given: str
) -> None:
    reply = await client.get(_path(world), headers=[(b"x-request-id", given.encode())])
    (kept,) = reply.headers.get_list("x-request-id")
    assert kept.startswith("req_")
    assert len(kept) == 24
