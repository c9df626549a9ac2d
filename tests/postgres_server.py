"""A PostgreSQL cluster of our own for the time of a test session, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    assert found, "PostgreSQL's server is missing: install the package `postgresql`"
    return found[-1].parent


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package made a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield a URL of a fresh cluster's database; everything is thrown away afterwards."""
    binaries, port = _binaries(), _free_port()
    directory = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
    data = directory / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {directory} -c fsync=off"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s"]
    try:
        subprocess.run(
            _as_owner(
                [
                    str(binaries / "initdb"),
                    "-D",
                    str(data),
                    "-A",
                    "trust",
                    "-U",
                    "portal",
                    "-E",
                    "UTF8",
                ]
            ),
            check=True,
            capture_output=True,
            cwd=directory,
        )
        subprocess.run(
            _as_owner([*control, "-l", str(directory / "log"), "-o", options, "start"]),
            check=True,
            capture_output=True,
            cwd=directory,
        )
        try:
            yield f"postgresql+psycopg://portal@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                _as_owner([*control, "-m", "immediate", "stop"]), check=True, cwd=directory
            )
    finally:
        shutil.rmtree(directory, ignore_errors=True)
