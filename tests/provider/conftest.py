"""A sandbox over real HTTP for every provider test: `sandbox` (empty each time) and `client`."""

from collections.abc import Iterator

import pytest
import stripe

from tests.provider.sandbox_server import SandboxServer, serve_sandbox

START = 1706702400  # 2024-01-31 12:00 UTC: a month end before a leap day


@pytest.fixture(scope="session")
def _served() -> Iterator[SandboxServer]:
    with serve_sandbox() as server:
        yield server


@pytest.fixture
def sandbox(_served: SandboxServer) -> Iterator[SandboxServer]:
    """An empty account whose clock stands at START."""
    _served.reset()
    _served.advance_to(START)
    yield _served
    _served.close_clients()


@pytest.fixture
def client(sandbox: SandboxServer) -> stripe.StripeClient:
    """The real SDK; every answer is checked against its annotations."""
    return sandbox.client()
