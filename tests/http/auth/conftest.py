"""The sign-in routes over a database of their own, with fresh limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI

from portal_app.identity.oidc.providers import providers
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from tests.conftest import Clocks
from tests.http.auth.oidc_client import offer
from tests.http.auth.sign_in_client import application
from tests.oidc_independent import Independent, independent_process
from tests.oidc_server import OidcServer, oidc_server


@pytest.fixture
def app(clocks: Clocks, settings: Any, db: Database) -> Iterator[FastAPI]:
    counter_at.cache_clear()
    providers.cache_clear()
    yield application()
    counter_at.cache_clear()
    providers.cache_clear()


@pytest.fixture(scope="session")
def upstream() -> Iterator[str]:
    with independent_process() as address:
        yield address


@pytest.fixture(params=["ours", "independent"])
def op(
    monkeypatch: pytest.MonkeyPatch, upstream: str, request: pytest.FixtureRequest
) -> Iterator[OidcServer]:
    ours = request.param == "ours"
    with oidc_server(None if ours else Independent(upstream=upstream)) as provider:
        offer(monkeypatch, "op", issuer=provider.issuer, trust_email="true")
        yield provider


@pytest.fixture
def evil(monkeypatch: pytest.MonkeyPatch, op: OidcServer) -> Iterator[OidcServer]:
    """A second provider that the portal also offers, of the same kind; a process of its own."""
    with ExitStack() as stack:
        own = None
        if isinstance(op, Independent):
            own = Independent(upstream=stack.enter_context(independent_process()))
        provider = stack.enter_context(oidc_server(own))
        offer(monkeypatch, "evil", issuer=provider.issuer, trust_email="true")
        yield provider
