"""The adapter against a provider that answers badly, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.provider.errors import (
    MalformedObject,
    ProviderMisconfigured,
    UnknownAtProvider,
)
from portal_app.provider.stripe.transport import TIMEOUT, StripeTransport
from portal_app.provider.stripe_adapter import RETRIES, StripeProvider
from tests.provider.adapter import objects
from tests.provider.adapter.account import HASTY

KEY = "sk_test_very_secret_key"
Answer = tuple[int, bytes]
Script = Callable[[str], Awaitable[Answer]]


class Scripted:
    """A server that answers what a test says; it remembers the requests' heads."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.heads: list[str] = []
        self.base = ""

    @property
    def targets(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            status, body = await self.script(head.split(" ")[1])
            if status:
                answer = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n"
                writer.write(answer.encode() + b"Connection: close\r\n\r\n" + body)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def answering(script: Script) -> AsyncIterator[tuple[Scripted, StripeProvider]]:
    scripted = Scripted(script)
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    provider = StripeProvider(KEY, scripted.base, timeout=HASTY)
    try:
        yield scripted, provider
    finally:
        await provider.close()
        server.close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries happen, without the pause between them."""

    async def at_once(_client: object, _seconds: float) -> None:
        return None

    monkeypatch.setattr(StripeTransport, "sleep_async", at_once)


def always(status: int, body: object) -> Script:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def script(_target: str) -> Answer:
        return status, raw

    return script


def error(kind: str = "api_error", **over: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": "Internal: node 7 is down", **over}}


async def hang(_target: str) -> Answer:
    await asyncio.sleep(1)
    return 200, b"{}"


NO_PAGES: list[object] = [
    {},
    {"object": "list"},
    {"object": "list", "data": 5, "has_more": False},
    {"object": "list", "data": None, "has_more": False},
    {"object": "list", "data": [], "has_more": "yes"},
    objects.product(),
    [objects.product()],
    "text",
    7,
    None,
]


async def everything(provider: StripeProvider) -> list[Any]:
    return [fact async for page in provider.products() for fact in page.facts]


def test_time_limits_are_explicit() -> None:
    assert (TIMEOUT.sock_connect, TIMEOUT.sock_read) == (2, 10)


@pytest.mark.parametrize(
    ("script", "expected", "requests"),
    [
        (always(500, error()), ProviderUnavailable, RETRIES + 1),
        (always(429, error("invalid_request_error")), ProviderUnavailable, None),
        (always(200, b"<html>"), ProviderUnavailable, None),
        (always(200, b""), ProviderUnavailable, None),
        *((always(200, wrong), ProviderUnavailable, 1) for wrong in NO_PAGES),
        # aiohttp too asks again, once, when a connection was closed in front of a GET's answer.
        (always(0, b""), ProviderUnavailable, 2 * (RETRIES + 1)),
        (hang, ProviderUnavailable, RETRIES + 1),
        (always(401, error("invalid_request_error")), ProviderMisconfigured, 1),
        (always(403, error("invalid_request_error")), ProviderMisconfigured, 1),
    ],
)
async def test_every_failure_becomes_one_of_ours(
    script: Script, expected: type[PortalError], requests: int | None
) -> None:
    async with answering(script) as (scripted, provider):
        with pytest.raises(expected) as caught:
            await everything(provider)
    assert "node 7" not in caught.value.sentence
    assert caught.value.status == 503
    if requests is not None:
        assert len(scripted.heads) == requests


async def test_nobody_listens() -> None:
    async with answering(always(0, b"")) as (scripted, _):
        base = scripted.base
    provider = StripeProvider(KEY, base)
    with pytest.raises(ProviderUnavailable):
        await everything(provider)
    await provider.close()


async def test_a_short_outage_is_survived() -> None:
    answers = [(500, error()), (200, objects.listed(objects.product()))]

    async def script(_target: str) -> Answer:
        status, body = answers.pop(0)
        return status, json.dumps(body).encode()

    async with answering(script) as (_scripted, provider):
        assert [product.id for product in await everything(provider)] == ["prod_1"]


async def test_an_unknown_customer() -> None:
    body = error("invalid_request_error", code="resource_missing")
    async with answering(always(404, body)) as (_scripted, provider):
        with pytest.raises(UnknownAtProvider):
            await provider.customer("cus_404")


async def test_the_version_is_the_sdks_and_the_key_stays_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with answering(always(500, error())) as (scripted, provider):
            with pytest.raises(ProviderUnavailable):
                await everything(provider)
    assert "stripe-version: 2026-10-28.endive" in scripted.heads[0].lower()
    assert f"bearer {KEY}" in scripted.heads[0].lower()
    ours = [record for record in caplog.records if record.name.startswith("portal_app")]
    assert ours
    assert all(KEY not in record.getMessage() for record in ours)


async def test_malformed_objects_are_skipped_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = objects.product(id="prod_2", name=None, description="4242 4242 4242 4242")
    body = objects.listed(objects.product(), broken, objects.product(id="prod_3"))
    async with answering(always(200, body)) as (_scripted, provider):
        pages = [page async for page in provider.products()]
    assert [fact.id for fact in pages[0].facts] == ["prod_1", "prod_3"]
    assert [str(one) for one in pages[0].malformed] == ["product prod_2: name"]
    assert "product prod_2: name" in caplog.text
    assert "4242 4242" not in caplog.text


async def test_pages_are_fetched_one_at_a_time_and_never_end_early() -> None:
    async def script(target: str) -> Answer:
        if "starting_after=prod_1" in target:
            return 200, json.dumps(objects.listed(objects.product(id="prod_2"))).encode()
        return 200, json.dumps(objects.listed(objects.product(), has_more=True)).encode()

    async with answering(script) as (scripted, provider):
        pages = provider.products()
        await anext(pages)
        assert len(scripted.heads) == 1
        assert [fact.id for fact in (await anext(pages)).facts] == ["prod_2"]
        with pytest.raises(StopAsyncIteration):
            await anext(pages)
    assert "limit=100" in scripted.targets[0]
    nameless = objects.listed({"object": "product"}, has_more=True)
    async with answering(always(200, nameless)) as (_scripted, provider):
        with pytest.raises(MalformedObject):
            await everything(provider)


async def test_an_invoice_with_many_lines_is_read_whole() -> None:
    first = objects.invoice(objects.line(), objects.line(id="il_2"))
    first["lines"]["has_more"] = True
    lines = [objects.line(id=f"il_{number}") for number in range(3)]

    async def script(target: str) -> Answer:
        if target.startswith("/v1/invoices/in_1/lines"):
            rest = "starting_after=il_2" in target
            page = objects.listed(objects.line(id="il_9")) if rest else None
            return 200, json.dumps(page or objects.listed(*lines, has_more=True)).encode()
        assert "expand[0]=data.payments" in target or "expand%5B0%5D=data.payments" in target
        return 200, json.dumps(objects.listed(first)).encode()

    async with answering(script) as (_scripted, provider):
        pages = [page async for page in provider.invoices()]
    assert [line.id for line in pages[0].facts[0].lines] == ["il_0", "il_1", "il_2", "il_9"]
