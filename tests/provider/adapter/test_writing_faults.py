"""Writes on Stripe's worst days: nothing hangs, nothing happens twice, and every end has a name."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import stripe

from portal_app.kit.errors import ProviderUnavailable
from portal_app.provider.errors import ProviderFailed
from portal_app.provider.stripe.transport import TIMEOUT
from portal_app.provider.stripe_writer import StripeWriter
from tests.provider.adapter.account import HASTY, customer, price
from tests.provider.adapter.test_answer_faults import spoil
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
async def hasty(sandbox: SandboxServer) -> AsyncIterator[StripeWriter]:
    writer = StripeWriter(KEY, sandbox.origin, timeout=HASTY)
    yield writer
    await writer.close()


@pytest.fixture
def payment(client: stripe.StripeClient) -> str:
    """Of 29 dollars, paid."""
    items = [{"price": price(client, 2900)}]
    given = {"customer": customer(client).id, "items": items, "expand": ["latest_invoice.payments"]}
    made = client.v1.subscriptions.create(given)  # type: ignore[arg-type]
    return str(made.latest_invoice.payments.data[0].payment.payment_intent)  # type: ignore[union-attr]


async def refunded(writer: StripeWriter, payment: str, key: str = "int_1/1") -> str:
    return (await writer.create_refund(payment, amount=None, metadata={}, key=key)).id


@pytest.mark.parametrize("kind", ["429", "500", "hang", "reset", "slow", "not_json", "wrong_json"])
@pytest.mark.parametrize("after", [False, True])
async def test_what_is_unknown_is_repeated_and_happens_once(  # noqa: PLR0917 -- fixtures
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    hasty: StripeWriter,
    payment: str,
    kind: str,
    after: bool,
) -> None:
    spoil(sandbox, kind=kind, times=20, method="POST", path="/v1/refunds", after=after, seconds=2)
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable) as unknown:
        await refunded(hasty, payment)
    assert time.monotonic() - began < 8
    assert isinstance(unknown.value, ProviderFailed) is (kind == "500")
    sandbox.raw("POST", "/_sandbox/faults", json={})
    made = await refunded(hasty, payment)
    assert [one.id for one in client.v1.refunds.list().data] == [made]


async def test_one_fault_is_repeated_by_the_sdk_under_the_same_key(
    client: stripe.StripeClient, sandbox: SandboxServer, hasty: StripeWriter, payment: str
) -> None:
    spoil(sandbox, kind="reset", times=1, method="POST", path="/v1/refunds", after=True)
    made = await refunded(hasty, payment)
    assert [one.id for one in client.v1.refunds.list().data] == [made]


async def test_a_cancellation_whose_answer_was_lost_is_found_done(
    client: stripe.StripeClient, sandbox: SandboxServer, hasty: StripeWriter
) -> None:
    given = {"customer": customer(client).id, "items": [{"price": price(client, 2900)}]}
    sub = client.v1.subscriptions.create(given).id  # type: ignore[arg-type]
    spoil(sandbox, kind="reset", times=1, method="DELETE", after=True)
    ended = await hasty.cancel_subscription(sub, prorate=False, invoice_now=False, key="int_1/1")
    assert (ended.id, ended.status) == (sub, "canceled")


async def test_the_budget_ends_what_the_timeouts_would_wait_for(
    sandbox: SandboxServer, payment: str
) -> None:
    writer = StripeWriter(KEY, sandbox.origin, timeout=TIMEOUT, budget=0.5)
    for kind, path in (("hang", "/v1/refunds"), ("500", "/v1/payment_intents")):
        spoil(sandbox, kind=kind, times=20, path=path)
        call = refunded(writer, payment) if kind == "hang" else writer.payment(payment)
        began = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            await call
        assert time.monotonic() - began < 2
    await writer.close()


async def test_an_answer_that_trickles_in_ends_too() -> None:
    async def trickle(_reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
        try:
            while not out.is_closing():
                out.write(b" ")
                await asyncio.sleep(0.05)
        finally:
            out.close()

    server = await asyncio.start_server(trickle, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    writer = StripeWriter(
        KEY,
        f"http://127.0.0.1:{port}",
        timeout=HASTY,
        budget=1,
    )
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        await writer.setup_intent("seti_1")
    assert 0.9 < time.monotonic() - began < 3
    await writer.close()
    server.close()


async def test_a_host_that_takes_no_connections_ends_too() -> None:
    """Its queue is full, so that further ones are neither taken nor refused."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        base = f"http://127.0.0.1:{full.getsockname()[1]}"
        writer = StripeWriter(KEY, base, timeout=aiohttp.ClientTimeout(total=30, sock_connect=0.2))
        began = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            await writer.setup_intent("seti_1")
        assert time.monotonic() - began < 6
        await writer.close()
