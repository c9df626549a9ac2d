"""Stripe's worst days, through the real adapter: every one ends in time, as one kind of refusal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from portal_app.kit.errors import ProviderUnavailable
from portal_app.provider.stripe import reading
from portal_app.provider.stripe.transport import StripeTransport
from portal_app.provider.stripe_objects import StripeObjects
from tests.provider.adapter.account import HASTY, customer
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
async def hasty(sandbox: SandboxServer) -> AsyncIterator[StripeObjects]:
    """The adapter with less patience, so that the tests have some."""
    provider = StripeObjects(KEY, sandbox.origin, timeout=HASTY)
    yield provider
    await provider.close()


def spoil(sandbox: SandboxServer, **fault: Any) -> None:
    reply = sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("kind", ["429", "500", "hang", "reset", "slow", "not_json", "wrong_json"])
async def test_each_fault_is_a_refusal_in_time_and_passes(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    hasty: StripeObjects,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(reading, "PAUSES", (0.01, 0.02))
    buyer = customer(client)
    spoil(sandbox, kind=kind, times=20, path="/v1/customers/", seconds=2)
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        await hasty.customer(buyer.id)
    assert time.monotonic() - began < 8
    sandbox.raw("POST", "/_sandbox/faults", json={})
    assert (await hasty.customer(buyer.id)).id == buyer.id


async def test_one_fault_is_tried_again_by_the_sdk(
    client: stripe.StripeClient, sandbox: SandboxServer, hasty: StripeObjects
) -> None:
    buyer = customer(client)
    spoil(sandbox, kind="500", times=1, method="GET")
    assert (await hasty.customer(buyer.id)).id == buyer.id


async def test_requests_go_through_the_proxy_of_the_environment(
    client: stripe.StripeClient, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = customer(client)
    # What a proxy is asked for names the whole address, and the sandbox takes it as it comes.
    monkeypatch.setenv("http_proxy", sandbox.origin)
    through = StripeObjects(KEY, "http://stripe.invalid")
    assert (await through.customer(buyer.id)).id == buyer.id
    await through.close()


async def test_an_answer_that_was_lost_after_the_effect_repeats_nothing(
    client: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    spoil(sandbox, kind="reset", times=1, method="POST", after=True)
    http = StripeTransport()
    hasty = stripe.StripeClient(
        KEY, base_addresses={"api": sandbox.origin}, http_client=http, max_network_retries=2
    )
    made = await hasty.v1.customers.create_async({"email": "once@example.com"})
    await http.close_async()
    assert [one.id for one in client.v1.customers.list().data] == [made.id]
