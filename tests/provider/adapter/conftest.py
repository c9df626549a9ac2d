"""The adapter under test beside a plain SDK client that sets the scene; both are closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import reflex as rx
import stripe
from reflex.constants import RouteArgType

from portal_app.identity.actor import Actor, actor_now
from portal_app.kit.db import Database
from portal_app.provider import current
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import Clocks
from tests.provider.adapter.account import add_companies
from tests.provider.adapter.charging_shop import Shop
from tests.provider.adapter.overdue_shop import Overdue, overdue_shop
from tests.provider.adapter.plan_shop import PlanShop, plan_shop
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


@pytest.fixture
def root(clocks: Clocks) -> rx.State:
    single = RouteArgType.SINGLE
    rx.State.setup_dynamic_args({"method_id": single, "member_id": single})
    return rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]


@pytest.fixture
def ada(shop: Shop) -> Iterator[Actor]:
    token = actor_now.set(shop.ada)
    yield shop.ada
    actor_now.reset(token)


@pytest.fixture
async def overdue(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Overdue]:
    """A shop in which Ada owes the last renewal; its provider is this process's."""
    async with overdue_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


@pytest.fixture
async def plans(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[PlanShop]:
    """A shop with several plans of one product; its provider is this process's."""
    async with plan_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop
