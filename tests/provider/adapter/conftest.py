"""The adapter under test beside a plain SDK client that sets the scene; both are closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import stripe

from portal_app.kit.db import Database
from portal_app.provider.stripe_adapter import StripeProvider
from tests.provider.adapter.account import add_companies
from tests.provider.sandbox_server import KEY, CheckedHTTPClient, SandboxServer


@pytest.fixture
def client(sandbox: SandboxServer) -> Iterator[stripe.StripeClient]:
    """The real SDK; every answer is checked against its annotations."""
    transport = CheckedHTTPClient()
    yield stripe.StripeClient(
        KEY,
        base_addresses={"api": sandbox.origin},  # type: ignore[typeddict-item]
        http_client=transport,
    )
    transport.close()


@pytest.fixture
async def provider(sandbox: SandboxServer) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(KEY, sandbox.origin)
    yield provider
    await provider.close()


@pytest.fixture
async def companies(db: Database) -> Database:
    await add_companies(db)
    return db
