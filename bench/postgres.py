"""A PostgreSQL cluster that waits for the disk, unlike the tests' own, for as long as one run."""

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
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin/initdb")).parent


def _run(directory: Path, *command: str | Path) -> None:
    # PostgreSQL refuses to run as root; Debian's package made a user for it.
    owner = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    subprocess.run(
        [*owner, *map(str, command)],
        check=True,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def durable_postgres() -> Iterator[str]:
    """Yield the URL of an empty database with PostgreSQL's own settings."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    directory = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
    data, binaries = directory / "data", _binaries()
    control = (binaries / "pg_ctl", "-D", data, "-w", "-s")
    options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1"
    try:
        _run(
            directory, binaries / "initdb", "-D", data, "-A", "trust", "-U", "portal", "-E", "UTF8"
        )
        _run(directory, *control, "-l", directory / "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://portal@127.0.0.1:{port}/postgres"
        finally:
            _run(directory, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
