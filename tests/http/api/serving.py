"""The API in a process of its own, for tests that speak to it as a customer's program would."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from whop_sdk import Whop
from whop_sdk.environment import WhopEnvironment

from portal_app.kit.db import Database
from portal_app.settings import get_settings

ROOT = Path(__file__).parents[3]
GRANIAN = (sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws")
APP = "tests.http.api.served:create"
ORIGIN = "https://billing.example.com"
Build = Callable[[AsyncSession], Awaitable[Any]]


@dataclass
class Served:
    """A running API; *world* is what was built in its database."""

    base: str
    database_url: str
    log: Path
    world: Any
    http: httpx.Client

    def sdk(self, key: str) -> Whop:
        environment = WhopEnvironment(api=self.base, vault=self.base)
        return Whop(environment=environment, token=key, httpx_client=self.http)


@contextmanager
def serving(folder: Path, database_url: str, build: Build) -> Iterator[Served]:
    """Fill the database by *build*, then serve the API on it; the log goes into *folder*."""
    port = _free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_DATABASE_URL", database_url)
        patch.setenv("PORTAL_DATA_DIR", str(folder))
        patch.setenv("PORTAL_ORIGIN", ORIGIN)
        get_settings.cache_clear()
        world = asyncio.run(_seed(database_url, build))
        log = folder / "server.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*GRANIAN, "--host", "127.0.0.1", "--port", str(port), APP],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(port, server, log)
            with httpx.Client() as http:
                yield Served(f"http://127.0.0.1:{port}/api/v1", database_url, log, world, http)
        finally:
            server.terminate()
            server.wait(timeout=60)
    get_settings.cache_clear()


async def _seed(url: str, build: Build) -> Any:
    database = Database(url)
    async with database.unit_of_work() as session:
        world = await build(session)
    await database.close()
    return world


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):  # A minute: it imports everything, on a machine that tests keep busy.
        assert server.poll() is None, log.read_text()
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
