"""Database, Redis and mail server: each one really away, refusing or wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command

from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage
from portal_app.operators.doctor import Finding, Verdict
from portal_app.operators.doctor.service_checks import (
    check_database,
    check_mail_server,
    check_redis,
)
from portal_app.settings import Settings
from tests.conftest import Clocks
from tests.databases import alembic_config
from tests.factories import make_membership
from tests.operators.conftest import Configure
from tests.operators.smtp_server import MailServer, running_mail_server
from tests.postgres_server import PostgresServer
from tests.provider.sandbox_server import free_port
from tests.redis_server import running_redis
from tests.rows import NOW


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def redis_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


def migrate(settings: Settings, to: str = "head") -> None:
    command.upgrade(alembic_config(settings.database_url), to)


async def database_findings(settings: Settings) -> dict[str, Finding]:
    return {finding.about: finding async for finding in check_database(settings)}


def test_a_database_as_it_should_be(configure: Configure) -> None:
    settings = configure()
    migrate(settings)
    found = _now(settings)
    compared = found["reconciliation"]
    assert (compared.verdict, compared.mend) == (Verdict.WARNING, "run `portal sync`")
    assert {one.verdict for one in found.values() if one is not compared} == {Verdict.OK}
    queues = ["queue outbox", "queue inbox", "queue intents", "queue declarations"]
    said = ["database", "schema", "writing", *queues, "reconciliation", "notices", "invariants"]
    assert list(found) == said


def test_a_database_that_contradicts_itself(configure: Configure) -> None:
    settings = configure()
    migrate(settings)
    asyncio.run(_contradict(settings))
    found = _now(settings)
    broken = found["invariant memberships.not_ended"]
    assert broken.verdict is Verdict.FAILURE
    assert "mem_odd" in broken.says
    assert "portal sync" in broken.mend
    assert "invariants" not in found


async def _contradict(settings: Settings) -> None:
    database = Database(settings.database_url)
    async with database.unit_of_work() as session:
        await make_membership(session, id="mem_odd", ended_at=NOW)
        await make_membership(session)
    await database.close()


def _now(settings: Settings) -> dict[str, Finding]:
    """`alembic` runs a loop of its own, so these tests are plain functions around another."""
    return asyncio.run(database_findings(settings))


def test_a_database_server_that_is_away(configure: Configure) -> None:
    url = f"postgresql://portal:canary@127.0.0.1:{free_port()}/portal"
    found = _now(configure(PORTAL_DATABASE_URL=url))
    assert list(found) == ["database"]
    assert found["database"].verdict is Verdict.FAILURE
    assert "PORTAL_DATABASE_URL" in found["database"].mend
    assert "canary" not in str(found["database"])


def test_a_database_file_that_is_none(tmp_path: Path, configure: Configure) -> None:
    (tmp_path / "broken.db").write_bytes(b"this is no database at all" * 100)
    found = _now(configure(PORTAL_DATABASE_URL=f"sqlite:///{tmp_path / 'broken.db'}"))
    assert found["database"].verdict is Verdict.FAILURE


@pytest.mark.parametrize(("at", "says"), [(None, "at nothing"), ("0001", "at 0001")])
def test_a_schema_of_another_version(configure: Configure, at: str | None, says: str) -> None:
    settings = configure()
    if at:
        migrate(settings, at)
    found = _now(settings)
    assert found["schema"].verdict is Verdict.FAILURE
    assert says in found["schema"].says
    assert "portal migrate" in found["schema"].mend


def test_a_database_that_may_not_be_written(
    postgres_server: PostgresServer, migrated_postgres: str, configure: Configure
) -> None:
    name = postgres_server.create(migrated_postgres)
    settings = configure(PORTAL_DATABASE_URL=postgres_server.url(name))
    assert _now(settings)["writing"].verdict is Verdict.OK
    with postgres_server.connect(name) as connection:
        connection.execute("CREATE ROLE looker LOGIN")
        connection.execute("GRANT SELECT ON alembic_version TO looker")
    looking = postgres_server.url(name).replace("//portal@", "//looker@")
    found = _now(configure(PORTAL_DATABASE_URL=looking))
    assert found["writing"].verdict is Verdict.FAILURE
    assert "primary" in found["writing"].mend
    assert found["tables"].verdict is Verdict.FAILURE
    assert "every table" in found["tables"].mend


@pytest.mark.parametrize(
    ("age", "dead", "verdict", "mend"),
    [
        (timedelta(minutes=4), False, Verdict.OK, ""),
        (timedelta(minutes=6), False, Verdict.FAILURE, "portal worker"),
        (timedelta(minutes=6), True, Verdict.WARNING, "last_error"),
    ],
)
async def test_a_queue_that_stands_still(
    configure: Configure,
    db: Database,
    clocks: Clocks,
    *,
    age: timedelta,
    dead: bool,
    verdict: Verdict,
    mend: str,
) -> None:
    async with db.unit_of_work() as session:
        row = OutboxMessage(kind="x", recipient="a@example.com", created_at=NOW, due_at=NOW - age)
        row.dead_at = NOW if dead else None
        session.add(row)
    settings = configure(PORTAL_DATABASE_URL=str(db.url))
    found = await database_findings(settings)
    assert found["queue outbox"].verdict is verdict
    assert mend in found["queue outbox"].mend


async def test_redis(configure: Configure, redis_url: str) -> None:
    assert (await check_redis(configure())).verdict is Verdict.OK
    assert (await check_redis(configure(PORTAL_REDIS_URL=redis_url))).verdict is Verdict.OK
    away = f"redis://127.0.0.1:{free_port()}/0"
    found = await check_redis(configure(PORTAL_REDIS_URL=away))
    assert found.verdict is Verdict.FAILURE
    assert "PORTAL_REDIS_URL" in found.mend
    assert (await check_redis(configure(PORTAL_REDIS_URL="localhost"))).verdict is Verdict.FAILURE


async def mail_finding(configure: Configure, url: str) -> Finding:
    found = await check_mail_server(
        configure(PORTAL_SMTP_URL=url, PORTAL_MAIL_FROM="b@example.com")
    )
    assert found is not None
    return found


async def test_a_mail_server(configure: Configure, mail_server: MailServer) -> None:
    assert (await mail_finding(configure, mail_server.url())).verdict is Verdict.OK
    assert (await mail_finding(configure, mail_server.url("right"))).verdict is Verdict.OK
    assert mail_server.mails == []


async def test_a_mail_server_that_refuses(configure: Configure, mail_server: MailServer) -> None:
    found = await mail_finding(configure, mail_server.url("canary"))
    assert found.verdict is Verdict.FAILURE
    assert "password" in found.mend
    assert "canary" not in str(found)


async def test_a_mail_server_that_is_away_or_speaks_no_tls(
    configure: Configure, mail_server: MailServer
) -> None:
    away = await mail_finding(configure, f"smtp://127.0.0.1:{free_port()}")
    assert away.verdict is Verdict.FAILURE
    assert "host, port" in away.mend
    no_tls = await mail_finding(configure, f"smtp://u:p@127.0.0.1:{mail_server.port}")
    assert no_tls.verdict is Verdict.FAILURE


async def test_without_a_mail_server_there_is_nothing_to_ask(configure: Configure) -> None:
    assert await check_mail_server(configure()) is None
    assert await check_mail_server(configure(STRIPE_SECRET_KEY="sk_test_1")) is None
