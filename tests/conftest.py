"""Fixtures that every kind of test shares: frozen clocks, settings, loopback only.

The databases are in `databases.py`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portal_app import registry
from portal_app.kit import clock
from portal_app.kit.clock import FrozenClock
from portal_app.settings import get_settings
from tests.portal_server import Portal, running_portal
from tests.rows import NOW

pytest_plugins = ("tests.databases",)
assert registry  # importing it fills the metadata
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    if isinstance(address, tuple) and address[0] not in LOOPBACK:
        raise AssertionError(f"a test tried to reach {address[0]}")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    socket.socket.connect = _loopback_only  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


class Clocks(NamedTuple):
    business: FrozenClock
    wall: FrozenClock


@pytest.fixture
def clocks() -> Iterator[Clocks]:
    frozen = Clocks(FrozenClock(NOW), FrozenClock(NOW))
    clock.install(business=frozen.business, wall=frozen.wall)
    yield frozen
    clock.install(business=clock.SystemClock(), wall=clock.SystemClock())


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Settings of a sandbox portal in a directory of its own."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORTAL_ORIGIN", "http://localhost:3000")
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One whole portal for all tests of a worker; tests must leave its memberships alone."""
    with running_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the whole portal, and what drives a browser.

    `make test` runs the browser's tests by themselves: Playwright's synchronous driver keeps an
    event loop running in their thread, beside which no coroutine can be tested.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "portal" in names:
            item.add_marker(pytest.mark.e2e)
        if "browser" in names:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
