"""A sandbox server for the time of one command, when the portal itself is not running."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

STARTUP_SECONDS = 20.0
PAUSE_SECONDS = 0.05


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def answers(base: str, key: str) -> bool:
    """Whether a sandbox is listening at *base* (`http://…/sandbox/stripe`)."""
    try:
        async with httpx.AsyncClient(timeout=2) as client:
            reply = await client.get(
                f"{base}/_sandbox/clock", headers={"Authorization": f"Bearer {key}"}
            )
    except httpx.HTTPError:
        return False
    return reply.status_code == httpx.codes.OK


async def _until_ready(base: str, key: str, server: asyncio.subprocess.Process) -> None:
    for _ in range(int(STARTUP_SECONDS / PAUSE_SECONDS)):
        if server.returncode is not None:
            raise RuntimeError("the sandbox server ended before it was ready")
        if await answers(base, key):
            return
        await asyncio.sleep(PAUSE_SECONDS)
    raise RuntimeError(f"the sandbox server was not ready within {STARTUP_SECONDS:.0f} s")


@asynccontextmanager
async def running_sandbox(path: Path, key: str) -> AsyncIterator[str]:
    """Serve the sandbox kept at *path* from a process of its own; yields its base URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--log-level", "error", "portal_app.sandbox.serve:app"),
        env=os.environ | {"PORTAL_SANDBOX_PATH": str(path)},
    )
    base = f"http://127.0.0.1:{port}"
    try:
        await _until_ready(base, key, server)
        yield base
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()
