"""Back up under write load, restore as the runbook says, migrate: every transaction whole."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from sqlalchemy import Connection, make_url, text

from portal_app import startup
from portal_app.kit.errors import Conflict
from portal_app.operators.backup import BackupFailed, back_up
from tests.databases import KINDS, alembic_config
from tests.operators.command import ROOT, environment
from tests.operators.conftest import Configure
from tests.operators.markdown import blocks, checkout
from tests.postgres_server import PostgresServer

RUNBOOK = ROOT / "docs" / "runbook.md"
FORMER = "0002"  # a schema that was released before this one
ROWS_BEFORE = 20_000
MAIL = (
    "INSERT INTO outbox (id, kind, recipient, locale, payload, created_at, due_at, attempts, "
    "last_error, sent_at) VALUES (:id, 'x', 'a@example.com', 'en', '{}', '2026-11-16', "
    "'2026-11-16', 0, '', '2026-11-16')"
)
COMPANY = (
    "INSERT INTO companies (id, title, route, is_default, created_at) "
    "VALUES ('biz_1', 'Northwind', 'northwind', true, '2026-11-16')"
)
PERSON = (
    "INSERT INTO people (id, name, locale, created_at) "
    "VALUES ('user_1', 'Cleo', 'en', '2026-11-16')"
)
CREATOR = (
    "INSERT INTO creators (id, company_id, person_id, role, created_at) "
    "VALUES ('crea_1', 'biz_1', 'user_1', 'owner', '2026-11-16')"
)
CHANGE = "INSERT INTO changes (person_id, topic, at) VALUES (:id, 'x', '2026-11-16')"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database at the former schema with a company, a creator, and many rows."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'portal.db'}"
        (tmp_path / "data").mkdir()
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create())
    command.upgrade(alembic_config(url), FORMER)
    with engine_of(url) as engine, engine.begin() as connection:
        fill(connection)
    return url


@contextmanager
def engine_of(url: str) -> Iterator[sqlalchemy.Engine]:
    """A synchronous engine that waits for locks as the portal does."""
    plain = url.replace("+aiosqlite", "")
    engine = sqlalchemy.create_engine(plain)
    if engine.dialect.name == "sqlite":

        @sqlalchemy.event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA busy_timeout=5000")

    try:
        yield engine
    finally:
        engine.dispose()


def fill(connection: Connection) -> None:
    connection.execute(text(COMPANY))
    connection.execute(text(PERSON))
    connection.execute(text(CREATOR))
    write(connection, [f"before_{number}" for number in range(ROWS_BEFORE)])


def write(connection: Connection, identifiers: list[str]) -> None:
    """One transaction always writes a mail *and* a change."""
    rows = [{"id": identifier} for identifier in identifiers]
    connection.execute(text(MAIL), rows)
    connection.execute(text(CHANGE), rows)


class Writer(threading.Thread):
    """Goes on writing until it is told to stop; `committed` counts its transactions."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.stop, self.committed = url, threading.Event(), 0
        self.begun = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            with engine_of(self.url) as engine:
                while not self.stop.is_set():
                    with engine.begin() as connection:
                        write(connection, [f"during_{self.committed}"])
                    self.committed += 1
                    self.begun.set()
        except Exception as error:  # noqa: BLE001 -- reported by the test
            self.failure = error
            self.begun.set()


def under_load(url: str, action: Callable[[], Path]) -> tuple[Path, int, int]:
    """The action's result, with the transactions committed before and after it."""
    writer = Writer(url)
    writer.start()
    try:
        assert writer.begun.wait(30)
        before = writer.committed
        result = action()
        after = writer.committed
    finally:
        writer.stop.set()
        writer.join(30)
    assert writer.failure is None
    return result, before, after


def contents(url: str) -> tuple[set[str], set[str]]:
    with engine_of(url) as engine, engine.connect() as connection:
        mails = {row[0] for row in connection.execute(text("SELECT id FROM outbox"))}
        changes = {row[0] for row in connection.execute(text("SELECT person_id FROM changes"))}
    return mails, changes


def restore(section: str, folder: Path, url: str, backup: Path) -> str:
    """Run the runbook's block; `systemctl` notes what it is asked for. Returns the new URL."""
    parts = make_url(url)
    values = environment(folder, BACKUP=str(backup), PORTAL_DATABASE_URL="")
    if parts.host:
        values |= {
            "PORTAL_DATABASE_URL": url,
            "PGHOST": parts.host,
            "PGPORT": str(parts.port),
            "PGUSER": parts.username or "",
        }
    [block] = blocks(RUNBOOK, section)
    script = f'systemctl() {{ echo "systemctl $*"; }}\n{block}\necho "at $PORTAL_DATABASE_URL"'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=checkout(folder.parent / "checkout"),
        env=values,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"systemctl (\w+) portal", done.stdout) == ["stop", "start"]
    assert "FAIL" not in done.stdout
    return done.stdout.rsplit("at ", 1)[1].strip() or url


def test_backup_under_load_then_restore_then_migrate(
    url: str, tmp_path: Path, configure: Configure
) -> None:
    settings = configure(PORTAL_DATABASE_URL=url)
    backup, before, after = under_load(url, lambda: back_up(settings))
    assert after > before, "nothing was written while the copy was made"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert list(backup.parent.iterdir()) == [backup]
    sqlite = "sqlite" in url
    section = "### Restore SQLite" if sqlite else "### Restore PostgreSQL"
    restored = restore(section, tmp_path / "data", url, backup)
    mails, changes = contents(restored)
    assert mails == changes, "a transaction was torn"
    # One moment: all that was committed before it began, and no gap up to wherever it stands.
    during = len(mails) - ROWS_BEFORE
    assert mails == {f"before_{number}" for number in range(ROWS_BEFORE)} | {
        f"during_{number}" for number in range(during)
    }
    assert before <= during <= after + 1
    with engine_of(restored) as engine, engine.connect() as connection:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        creator = connection.execute(text("SELECT person_id, role, email_key FROM creators")).one()
        if sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    assert version == startup.head()
    assert tuple(creator) == ("user_1", "owner", None)


def test_a_backup_is_never_overwritten(tmp_path: Path, configure: Configure) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(Conflict):
        back_up(configure(), tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_failed_backup_leaves_nothing_behind(tmp_path: Path, configure: Configure) -> None:
    settings = configure(PORTAL_DATABASE_URL="postgresql://portal:canary@127.0.0.1:1/portal")
    with pytest.raises(BackupFailed) as failed:
        back_up(settings)
    assert "canary" not in str(failed.value)
    assert list((tmp_path / "data" / "backups").iterdir()) == []


def test_a_damaged_database_is_no_backup(tmp_path: Path, configure: Configure) -> None:
    path = tmp_path / "broken.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE a (b TEXT)")
        connection.executemany("INSERT INTO a VALUES (?)", [("x" * 900,)] * 200)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096))
    with pytest.raises(BackupFailed):
        back_up(configure(PORTAL_DATABASE_URL=f"sqlite:///{path}"))
    assert list((tmp_path / "data" / "backups").iterdir()) == []
