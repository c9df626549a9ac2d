"""`/livez`, `/readyz`, `/metrics`: each dependency really away, and who may read what."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta

import pytest
from alembic import command
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from portal_app import startup
from portal_app.jobs.backlog import LATE
from portal_app.kit import db as kit_db
from portal_app.operators import health
from portal_app.operators.health import Readiness
from portal_app.operators.metrics import Measured, Metrics
from portal_app.operators.routes import health_routes, metrics_routes
from tests.conftest import Clocks
from tests.contents import sync_engine
from tests.databases import alembic_config
from tests.postgres_server import running_postgres
from tests.provider.sandbox_server import free_port

TOKEN = "m" * 32


@contextmanager
def served(url: str, redis_url: str | None = None) -> Iterator[TestClient]:
    database = kit_db.Database(url)
    kit_db.install(database)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app, metrics = FastAPI(lifespan=lifespan), Metrics()
    app.include_router(health_routes(Readiness(kit_db.database, redis_url)))
    app.include_router(metrics_routes(metrics, TOKEN))
    with TestClient(Measured(app, metrics)) as client:
        yield client


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    with served(database_url) as client:
        yield client


def reasons(client: TestClient) -> dict[str, str]:
    """Why it is not ready, within two seconds and without the process being called dead."""
    began = time.monotonic()
    reply = client.get("/readyz")
    assert time.monotonic() - began < 2
    assert reply.status_code == 503
    assert client.get("/livez").status_code == 200
    found: dict[str, str] = reply.json()["reasons"]
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_all_is_well(client: TestClient, method: str) -> None:
    for path in ("/livez", "/readyz"):
        reply = client.request(method, path)
        assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
    assert client.get("/readyz").json() == {"status": "ok", "reasons": {}}
    assert client.post("/readyz").status_code == 405


@pytest.mark.parametrize("at", [None, "0001"])
def test_a_schema_of_another_version(empty_database_url: str, at: str | None) -> None:
    if at:
        command.upgrade(alembic_config(empty_database_url), at)
    with served(empty_database_url) as client:
        assert "portal migrate" in reasons(client)["database"]


def test_a_queue_that_stands_still(client: TestClient, database_url: str, clocks: Clocks) -> None:
    due = clocks.wall.at - LATE
    engine = sync_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outbox (id, kind, recipient, locale, payload, created_at, due_at, "
                "attempts, last_error) "
                "VALUES ('mail_1', 'x', 'a@example.com', 'en', '{}', :due, :due, 0, '')"
            ),
            {"due": f"{due:%Y-%m-%d %H:%M:%S.%f}{'+00' if 'postgresql' in database_url else ''}"},
        )
    engine.dispose()
    assert client.get("/readyz").status_code == 200
    clocks.wall.advance(timedelta(seconds=1))
    time.sleep(health.KEPT_SECONDS + 0.1)
    assert reasons(client) == {"queues": "Rows wait for more than 5 minutes: outbox."}


def test_a_database_server_that_goes_away() -> None:
    with running_postgres() as server:
        url = server.url(server.create())
        command.upgrade(alembic_config(url), "head")
        with served(url) as client:
            assert client.get("/readyz").status_code == 200
    with served(url) as client:
        found = reasons(client)
    assert found["database"] == "The database does not answer."
    assert "127.0.0.1" not in str(found)


def test_a_database_server_that_hangs() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with served(f"postgresql+psycopg://portal@127.0.0.1:{port}/portal") as client:
            assert reasons(client)["database"] == "The database does not answer."


def test_redis_that_is_away(sqlite_url: str) -> None:
    with served(sqlite_url, f"redis://:canary@127.0.0.1:{free_port()}/0") as client:
        assert reasons(client) == {"redis": "Redis does not answer."}


def test_a_crowd_costs_one_look_a_second(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [0]
    real = startup.revision

    async def counted(database: kit_db.Database) -> str:
        looks[0] += 1
        return await real(database)

    monkeypatch.setattr(startup, "revision", counted)
    began = time.monotonic()
    for _ in range(100):
        client.get("/readyz")
    assert looks[0] <= 1 + (time.monotonic() - began) / health.KEPT_SECONDS


@pytest.mark.parametrize(
    "authorization", ["", TOKEN, f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ", f"bearer{TOKEN}"]
)
def test_figures_are_for_who_knows_the_token(client: TestClient, authorization: str) -> None:
    reply = client.get("/metrics", headers={"Authorization": authorization})
    assert (reply.status_code, reply.content) == (401, b"")
    assert client.get(f"/metrics?token={TOKEN}").status_code == 401


def test_the_figures(client: TestClient) -> None:
    client.get("/livez")
    client.get("/wp-admin/setup.php")
    client.request("PROPFIND", "/api/v1/memberships")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    for line in (
        'portal_http_requests_total{area="livez",method="GET",status="200"} 1.0',
        'portal_http_requests_total{area="pages",method="GET",status="404"} 1.0',
        'portal_http_requests_total{area="api",method="other",status="404"} 1.0',
        'portal_http_request_seconds_count{area="livez"} 1.0',
        'portal_queue_waiting{queue="outbox"} 0.0',
        'portal_queue_late_seconds{queue="inbox"} 0.0',
        'portal_queue_dead{queue="outbox"} 0.0',
        'portal_invariant_violations{rule="memberships.one_holding"} 0.0',
    ):
        assert line in text.splitlines(), line
    assert "wp-admin" not in text  # strangers may not make series
