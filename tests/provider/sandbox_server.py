"""A sandbox served over real HTTP on a free port, and SDK clients whose answers are checked."""

import json
import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import stripe

from tests.provider.sandbox import conformity

KEY = "sk_test_sandbox"
HEADERS = {"Authorization": f"Bearer {KEY}"}


class CheckedHTTPClient(stripe.HTTPXClient):
    """The SDK's httpx transport; every successful answer must conform to the annotations."""

    def __init__(self) -> None:
        super().__init__(allow_sync_methods=True, timeout=60)
        self.checked = 0

    def request(self, *args: Any, **kwargs: Any) -> Any:
        with _quiet():
            return self._checked(super().request(*args, **kwargs))

    async def request_async(self, *args: Any, **kwargs: Any) -> Any:
        with _quiet():
            return self._checked(await super().request_async(*args, **kwargs))

    def _checked(self, answer: Any) -> Any:
        body, status, _headers = answer
        if status == 200:
            self.checked += 1
            found = found_faults(json.loads(body))
            assert not found, "\n".join(found[:20])
        return answer


def found_faults(decoded: dict[str, Any]) -> list[str]:
    """Of an answer, the elements of a list, the objects in events."""
    found = conformity.faults(decoded)
    if decoded.get("object") == "list":
        found = [f for element in decoded["data"] for f in conformity.faults(element)]
    for event in _events(decoded):
        found += conformity.faults(event["data"]["object"])
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """The SDK hands httpx its form as `data=<text>`, which httpx would rather have otherwise."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Use 'content=<...>'")
        yield


def _events(decoded: dict[str, Any]) -> list[dict[str, Any]]:
    found = decoded["data"] if decoded.get("object") == "list" else [decoded]
    return [obj for obj in found if obj.get("object") == "event"]


class SandboxServer:
    """`origin` is what the SDK takes as its API base."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._transports: list[CheckedHTTPClient] = []
        self._http = httpx.Client(base_url=origin, headers=HEADERS, timeout=120)

    def client(self, *, key: str = KEY) -> stripe.StripeClient:
        transport = CheckedHTTPClient()
        self._transports.append(transport)
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.origin},
            max_network_retries=2,
            http_client=transport,
        )

    def close_clients(self) -> None:
        """The connections of synchronous calls; `aclose_clients` those of the event loop."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    async def aclose_clients(self) -> None:
        for transport in self._transports:
            await transport.close_async()

    def now(self) -> int:
        return int(self._http.get("/_sandbox/clock").json()["now"])

    def set_clock(self, now: int) -> httpx.Response:
        return self._http.post("/_sandbox/clock", json={"now": now})

    def advance(self, seconds: int) -> None:
        answer = self.set_clock(self.now() + seconds)
        assert answer.status_code == 200, answer.text

    def advance_to(self, now: int) -> None:
        answer = self.set_clock(now)
        assert answer.status_code == 200, answer.text

    def complete(self, session_id: str, payment_method: str = "pm_card_visa") -> httpx.Response:
        return self._http.post(
            f"/_sandbox/checkout/sessions/{session_id}/complete",
            json={"payment_method": payment_method},
        )

    def reset(self) -> None:
        assert self._http.post("/_sandbox/reset").status_code == 200

    def ledger(self) -> list[dict[str, Any]]:
        """Every POST and DELETE that reached the account, oldest first."""
        found: list[dict[str, Any]] = self._http.get("/_sandbox/ledger").json()["data"]
        return found

    def raw(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        return self._http.request(method, path, **kwargs)

    def close(self) -> None:
        self.close_clients()
        self._http.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve_sandbox(path: Path | None = None, *, patience: int = 10) -> Iterator[SandboxServer]:
    """A granian process on a free port, ended with the block.

    It may take *patience* seconds to read a large account at *path*, and to end.
    """
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "PORTAL_SANDBOX_PATH"}
    if path is not None:
        environment["PORTAL_SANDBOX_PATH"] = str(path)
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--no-access-log", "portal_app.sandbox.serve:app"],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    server = SandboxServer(f"http://127.0.0.1:{port}")
    try:
        _wait(server, process, patience)
        yield server
    finally:
        server.close()
        process.terminate()
        process.wait(timeout=patience)


def _wait(server: SandboxServer, process: subprocess.Popen[bytes], patience: int) -> None:
    for _ in range(20 * patience):
        assert process.poll() is None, "The sandbox did not start."
        try:
            server.now()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"The sandbox did not answer within {patience} s.")
