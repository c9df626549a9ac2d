"""Webhooks from the sandbox: signed, tried again, kept over a restart, and spoiled on demand."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.provider.sandbox.receiver import Receiver, receiving
from tests.provider.sandbox_server import SandboxServer, free_port, serve_sandbox

SECRET = "whsec_sandbox"
SOON = [0.05, 0.05]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def register(sandbox: SandboxServer, url: str, secret: str = SECRET) -> None:
    reply = sandbox.raw(
        "PUT", "/_sandbox/webhook_endpoints/test", json={"url": url, "secret": secret}
    )
    assert reply.status_code == 200, reply.text


def trouble(sandbox: SandboxServer, **deliveries: Any) -> None:
    reply = sandbox.raw("POST", "/_sandbox/faults", json={"deliveries": deliveries})
    assert reply.status_code == 200, reply.text


def counts(sandbox: SandboxServer) -> dict[str, int]:
    found: dict[str, int] = sandbox.raw("GET", "/_sandbox/deliveries").json()
    return found


def settled(sandbox: SandboxServer) -> dict[str, int]:
    for _ in range(500):
        found = counts(sandbox)
        if not found["pending"]:
            return found
        time.sleep(0.01)
    raise AssertionError(found)


def test_every_event_is_sent_signed_with_what_changed(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver
) -> None:
    client.v1.customers.create({"email": "before@example.com"})
    register(sandbox, receiver.url)
    ada = client.v1.customers.create({"email": "ada@example.com", "name": "Ada"})
    client.v1.customers.update(ada.id, {"name": "Ada L."})
    receiver.wait(2)
    assert sorted(receiver.types) == ["customer.created", "customer.updated"]
    for body, header in zip(receiver.bodies, receiver.signatures, strict=True):
        event = stripe.Webhook.construct_event(body, header, SECRET)  # type: ignore[no-untyped-call]
        assert event.pending_webhooks == 1
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, header, "whsec_other")  # type: ignore[no-untyped-call]
    updated = next(one for one in receiver.events if one["type"] == "customer.updated")
    assert updated["data"]["previous_attributes"] == {"name": "Ada"}
    assert updated["data"]["object"]["name"] == "Ada L."
    # The same events can be read at the account.
    assert client.v1.events.retrieve(updated["id"]).type == "customer.updated"
    assert len(client.v1.events.list({"type": "customer.created"}).data) == 2
    assert settled(sandbox) == {"pending": 0, "delivered": 2, "failed": 0, "lost": 0}


def test_what_a_long_advance_forgets_is_sent_all_the_same(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver
) -> None:
    buyer = client.v1.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    product = client.v1.products.create({"name": "Room"})
    plan = client.v1.prices.create(
        {
            "product": product.id,
            "unit_amount": 2900,
            "currency": "usd",
            "recurring": {"interval": "month"},
        }
    )
    client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": plan.id}]})
    register(sandbox, receiver.url)
    sandbox.advance(100 * 86400)
    settled(sandbox)
    assert receiver.types.count("invoice.paid") == 3


def test_a_receiver_that_fails_is_asked_again_until_the_schedule_ends(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver
) -> None:
    register(sandbox, receiver.url)
    trouble(sandbox, retry_after=SOON)
    receiver.answers = [500, 302]
    client.v1.customers.create({"email": "ada@example.com"})
    receiver.wait(3)
    assert len({event["id"] for event in receiver.events}) == 1
    assert settled(sandbox)["delivered"] == 1
    receiver.answers = [500] * 9
    client.v1.customers.create({"email": "ben@example.com"})
    receiver.wait(6)
    assert settled(sandbox)["failed"] == 1


def test_nobody_there_is_a_failure_too_and_a_moved_endpoint_gets_what_waits(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver
) -> None:
    register(sandbox, f"http://127.0.0.1:{free_port()}/hook")
    trouble(sandbox, retry_after=[0.3, 0.3])
    client.v1.customers.create({"email": "ada@example.com"})
    assert counts(sandbox)["pending"] == 1
    register(sandbox, receiver.url, "whsec_new")
    receiver.wait(1)
    stripe.Webhook.construct_event(receiver.bodies[0], receiver.signatures[0], "whsec_new")  # type: ignore[no-untyped-call]


def test_what_waits_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    with serve_sandbox(tmp_path / "sandbox.db") as sandbox:
        register(sandbox, f"http://127.0.0.1:{free_port()}/hook")
        sandbox.client().v1.customers.create({"email": "ada@example.com"})
        register(sandbox, receiver.url)
        assert counts(sandbox)["pending"] == 1
    with serve_sandbox(tmp_path / "sandbox.db"):
        receiver.wait(1)
    assert receiver.types == ["customer.created"]


def test_drops_doubles_and_disorder_come_as_ordered(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver
) -> None:
    register(sandbox, receiver.url)
    trouble(sandbox, drop=0.3, duplicate=0.3, delay=0.2, reorder=True, seed=3)
    buyer = client.v1.customers.create(
        {"payment_method": "pm_card_visa", "email": "ada@example.com"}
    )
    for number in range(40):
        client.v1.customers.update(buyer.id, {"name": f"Ada {number}"})
    found = settled(sandbox)
    happened = [event.id for event in client.v1.events.list({"limit": 100}).data]
    came = Counter(event["id"] for event in receiver.events)
    assert set(came) < set(happened)
    assert 4 <= found["lost"] <= 30
    assert {1, 2} == set(came.values())
    order = [one["created"] for one in receiver.events], [one["id"] for one in receiver.events]
    assert order[1] != [event_id for event_id in happened[::-1] if event_id in came]
    trouble(sandbox)
    client.v1.customers.update(buyer.id, {"name": "Ada"})
    assert settled(sandbox)["lost"] == found["lost"]


def test_a_reset_forgets_endpoints_deliveries_and_trouble(
    client: stripe.StripeClient, sandbox: SandboxServer, receiver: Receiver
) -> None:
    register(sandbox, receiver.url)
    trouble(sandbox, drop=1.0)
    client.v1.customers.create({"email": "ada@example.com"})
    assert settled(sandbox)["lost"] == 1
    sandbox.reset()
    client.v1.customers.create({"email": "ada@example.com"})
    assert settled(sandbox) == {"pending": 0, "delivered": 0, "failed": 0, "lost": 0}
    assert receiver.bodies == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/_sandbox/webhook_endpoints/x", {"url": "http://localhost/"}),
        ("POST", "/_sandbox/faults", {"deliveries": {"lose": 1}}),
        ("POST", "/_sandbox/faults", {"deliveries": {"retry_after": None}}),
        ("POST", "/_sandbox/faults", {"answers": [{"kind": "tired"}]}),
        ("POST", "/_sandbox/faults", {"answers": [{"sort": "500"}]}),
    ],
)
def test_nonsense_is_refused(
    sandbox: SandboxServer, method: str, path: str, body: dict[str, Any]
) -> None:
    assert sandbox.raw(method, path, json=body).status_code == 400
    stranger = {"Authorization": "Bearer pk_test_x"}
    assert sandbox.raw(method, path, json=body, headers=stranger).status_code == 401
    assert sandbox.raw("GET", "/_sandbox/deliveries", headers=stranger).status_code == 401
