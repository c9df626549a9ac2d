"""Whop's own SDK against our API over real HTTP: what its users' code will meet."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from whop_sdk import Whop
from whop_sdk.core.api_error import ApiError
from whop_sdk.environment import WhopEnvironment
from whop_sdk.errors import ForbiddenError, NotFoundError
from whop_sdk.types.membership import Membership

from portal_app.api.key_format import compose
from portal_app.kit.db import Database
from portal_app.settings import get_settings
from tests.contents import dump
from tests.http.api.conftest import World, build_world

ROOT = Path(__file__).parents[3]
GRANIAN = (sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws")
ORIGIN = "https://billing.example.com"


@dataclass
class Served:
    base: str
    database_url: str
    log: Path
    world: World
    http: httpx.Client

    def sdk(self, key: str) -> Whop:
        environment = WhopEnvironment(api=self.base, vault=self.base)
        return Whop(environment=environment, token=key, httpx_client=self.http)


async def _seed(url: str) -> World:
    database = Database(url)
    async with database.unit_of_work() as session:
        world = await build_world(session)
    await database.close()
    return world


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[Served]:
    folder, port = tmp_path_factory.mktemp("api"), _free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_DATABASE_URL", module_database_url)
        patch.setenv("PORTAL_DATA_DIR", str(folder))
        patch.setenv("PORTAL_ORIGIN", ORIGIN)
        get_settings.cache_clear()
        world = asyncio.run(_seed(module_database_url))
        log = folder / "server.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [
                    *GRANIAN,
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "tests.http.api.served:create",
                ],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(port, server, log)
            with httpx.Client() as http:
                yield Served(
                    f"http://127.0.0.1:{port}/api/v1", module_database_url, log, world, http
                )
        finally:
            server.terminate()
            server.wait(timeout=20)
    get_settings.cache_clear()


def test_a_membership_by_any_of_its_names(served: Served) -> None:
    sdk, own = served.sdk(served.world.key), served.world.own
    names = (own.membership.id, own.member.id, "KEY-northwind-0001")
    first, *others = (sdk.memberships.retrieve(name) for name in names)
    assert others == [first, first]
    assert first.id == own.membership.id
    assert first.status == "active"
    assert first.member_id == own.member.id
    assert first.manage_url == f"{ORIGIN}/billing/manage/{own.member.id}/"
    assert first.member is None
    assert first.account.id == "biz_northwind"
    assert first.initial_price.amount == "29.00"


def test_every_field_that_the_sdk_declares_is_sent(served: Served) -> None:
    reply = served.sdk(served.world.readonly_key).memberships.with_raw_response.retrieve(
        served.world.own.membership.id
    )
    assert set(Membership.model_fields) <= reply.data.model_fields_set
    assert reply.headers["content-type"] == "application/json"


def test_a_missing_scope_is_forbidden(served: Served) -> None:
    with pytest.raises(ForbiddenError) as caught:
        served.sdk(served.world.manage_only_key).memberships.retrieve(
            served.world.own.membership.id
        )
    assert caught.value.body["error"] == {
        "type": "forbidden",
        "message": "This API key lacks the scope member:basic:read.",
        "code": "missing_scope",
    }


def test_unknown_and_foreign_are_not_found(served: Served) -> None:
    sdk, foreign = served.sdk(served.world.key), served.world.foreign
    for name in ("mem_unknown", foreign.membership.id, foreign.member.id, "KEY-lumen-0001"):
        with pytest.raises(NotFoundError) as caught:
            sdk.memberships.retrieve(name)
        assert caught.value.body == {
            "error": {"type": "not_found", "message": "We can't find that membership."}
        }
    assert served.sdk(served.world.foreign_key).memberships.retrieve(foreign.member.id)


def test_a_wrong_key_is_a_plain_401(served: Served) -> None:
    with pytest.raises(ApiError) as caught:
        served.sdk(compose("someone else", live=False)).memberships.retrieve("mem_1")
    assert caught.value.status_code == 401
    assert caught.value.body["error"]["type"] == "unauthorized"


def test_the_key_is_kept_nowhere(served: Served) -> None:
    key = served.world.key
    served.sdk(key).memberships.retrieve(served.world.own.membership.id)
    kept = dump(served.database_url) + served.log.read_text()
    assert key not in kept
    assert key.removeprefix("bpk_test_") not in kept
    assert "biz_northwind" in kept
