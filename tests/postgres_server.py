"""A PostgreSQL cluster of our own for the time of a test session, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

# Nothing of it outlives the tests, so nothing of it is worth waiting for the disk.
OPTIONS = (
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
)


@dataclass
class PostgresServer:
    """A running cluster: makes databases in it, and empties them again."""

    port: int
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://portal@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A superuser's connection; a lock that a test left behind is an error, not a wait."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="portal",
            dbname=database,
            autocommit=True,
            application_name="portal-tests",
            options="-c lock_timeout=5s",
        )

    def create(self, template: str = "template1") -> str:
        """A new database like *template*, to which nobody may be connected; returns its name."""
        name = f"portal_{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return name


def empty(connection: psycopg.Connection[tuple[object, ...]], tables: Iterable[str]) -> None:
    """Delete every row. On tables as small as a test's it takes a tenth of a TRUNCATE's time."""
    connection.execute(
        sql.SQL("; ").join(
            [
                # Neither the order of foreign keys nor the append-only trigger is in the way.
                sql.SQL("SET session_replication_role = replica"),
                *(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables),
            ]
        )
    )


def _binaries() -> Path:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL's server is missing: install the package `postgresql`"
    return found[-1].parent


def _run(directory: Path, *command: str | Path) -> None:
    """PostgreSQL refuses to run as root; Debian's package made a user for it."""
    owner = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*owner, *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
        # The server keeps inherited pipes open as long as it runs.
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A fresh cluster; everything in it is thrown away afterwards."""
    binaries, port = _binaries(), _free_port()
    directory = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
    data = directory / "data"
    options = f"-p {port} -k {directory} " + " ".join(f"-c {option}" for option in OPTIONS)
    control = (binaries / "pg_ctl", "-D", data, "-w", "-s")
    try:
        _run(
            directory,
            *(binaries / "initdb", "-D", data, "-A", "trust", "-U", "portal"),
            *("-E", "UTF8", "--no-locale", "--no-sync"),
        )
        _run(directory, *control, "-l", directory / "log", "-o", options, "start")
        try:
            yield PostgresServer(port)
        finally:
            _run(directory, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
