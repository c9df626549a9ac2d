"""The accounts that the suite runs against: a sandbox, and with a key Stripe's test mode."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
import orjson
import pytest
import stripe

from portal_app.provider.stripe_writer import StripeWriter
from tests import conftest as network
from tests.provider.sandbox_server import CheckedHTTPClient, SandboxServer, found_faults

STRIPE_HOST: Final = "api.stripe.com"
TEST_KEYS: Final = ("sk_test_", "rk_test_")


def given_key() -> str:
    """`STRIPE_TEST_KEY`, empty without one. A key that could move money ends the test run."""
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if key and not key.startswith(TEST_KEYS):
        pytest.exit("STRIPE_TEST_KEY must begin with sk_test_ or rk_test_: nothing was sent.", 4)
    return key


@contextmanager
def reachable(host: str) -> Iterator[None]:
    """Let connections to *host* through the guard that allows loopback only."""
    look_up, before = socket.getaddrinfo, set(network.LOOPBACK)

    def noted(name: Any, *args: Any, **kwargs: Any) -> Any:
        found = look_up(name, *args, **kwargs)
        if name in (host, host.encode()):
            network.LOOPBACK.update(address[4][0] for address in found)
        return found

    socket.getaddrinfo = noted
    try:
        yield
    finally:
        socket.getaddrinfo = look_up
        network.LOOPBACK.intersection_update(before)


@dataclass(frozen=True)
class Sent:
    """A request of the adapter's and how it was answered; *params* are the form's flat pairs."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    replayed: bool
    answer: Any


@dataclass
class Recorder:
    """Stands before the adapter's transport, writes down what passes, and checks the answers."""

    http: Any
    sent: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._request = self.http.request_async
        self.http.request_async = self._pass

    async def _pass(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        body, status, answered = await self._request(method, url, headers, post_data)
        decoded = orjson.loads(body)
        if status == 200:
            assert not (found := found_faults(decoded)), "\n".join(found[:20])
        target = urlsplit(url)
        params = tuple(parse_qsl(post_data or target.query, keep_blank_values=True))
        replayed = answered.get("idempotent-replayed") == "true"
        self.sent.append(Sent(method.upper(), target.path, params, replayed, decoded))
        return body, status, answered


@dataclass
class Account:
    """Two ways in: a plain SDK client that sets scenes, and the adapter whose verbs are tried."""

    key: str
    sandbox: SandboxServer | None = None

    def __post_init__(self) -> None:
        self.base = self.sandbox and self.sandbox.origin
        self._transport = CheckedHTTPClient()
        bases: Any = {"api": self.base} if self.base else None
        self.client = stripe.StripeClient(
            self.key, base_addresses=bases, http_client=self._transport, max_network_retries=2
        )
        self.raw = httpx.Client(
            base_url=self.base or f"https://{STRIPE_HOST}",
            headers={
                "Authorization": f"Bearer {self.key}",
                "Stripe-Version": stripe.api_version,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            timeout=30,
        )

    def writer(self) -> tuple[StripeWriter, Recorder]:
        writer = StripeWriter(self.key, self.base)
        return writer, Recorder(writer._http)

    def close(self) -> None:
        self.raw.close()
        self._transport.close()
