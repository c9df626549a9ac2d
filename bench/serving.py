"""One granian worker with an application, for as long as it is measured."""

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
    port = _free_port()
    factory = ["--factory"] if target.startswith("bench.") else []
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "asgi", *factory),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "error", target),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if server.poll() is not None:
                raise RuntimeError(f"{target} ended before it was served")
            if _answers(port):
                break
            time.sleep(0.05)
        yield Served(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)
