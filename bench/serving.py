"""One worker with an application, for as long as it is measured: granian's, or gunicorn's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """*port* on loopback, and the process that began it."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Of the server and its worker so far, which a busy machine inflates less than time."""
        family = [self.pid, *_children(self.pid)]
        ticks = sum(int(part) for pid in family for part in _stat(pid)[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Fields of Linux's /proc/<pid>/stat, after the name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    """Whether the application answers: granian listens long before it has been loaded."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=1)
    except httpx.TransportError:
        return False
    return True


@contextmanager
def served(target: str, **environment: str) -> Iterator[Served]:
    """*target* (`module:app`, or a factory of `bench`), served like the portal is."""
    factory = ["--factory"] if target.startswith("bench.") else []
    granian = (sys.executable, "-m", "granian", "--interface", "asgi", *factory)
    port = _free_port()
    where = ("--host", "127.0.0.1", "--port", str(port), "--log-level", "error")
    with answering(port, [*granian, *where, target], **environment) as server:
        yield server


@contextmanager
def served_by_gunicorn(python: Path, target: str, **environment: str) -> Iterator[Served]:
    """*target* in one synchronous worker of the gunicorn beside the interpreter *python*."""
    port = _free_port()
    where = ("--bind", f"127.0.0.1:{port}", "--workers", "1", "--log-level", "error")
    with answering(port, [str(python), "-m", "gunicorn", *where, target], **environment) as server:
        yield server


@contextmanager
def answering(port: int, command: list[str], **environment: str) -> Iterator[Served]:
    """*command*, once its application answers at *port*; it ends with the block."""
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if server.poll() is not None:
                raise RuntimeError(f"{command[-1]} ended before it was served")
            if _answers(port):
                break
            time.sleep(0.05)
        yield Served(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)
