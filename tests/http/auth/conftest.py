"""The sign-in routes over a database of their own, with fresh limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from portal_app.identity.oidc.providers import providers
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import application


@pytest.fixture
def app(clocks: Clocks, settings: Any, db: Database) -> Iterator[FastAPI]:
    counter_at.cache_clear()
    providers.cache_clear()
    yield application()
    counter_at.cache_clear()
    providers.cache_clear()
