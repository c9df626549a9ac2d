"""Where this portal's sandbox is served, or a server for one command when none runs."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from portal_app.kit.errors import Conflict
from portal_app.sandbox import served_at
from portal_app.settings import Settings

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
    base = f"http://127.0.0.1:{port}"
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--log-level", "error", "portal_app.sandbox.serve:app"),
        env=os.environ | {"PORTAL_SANDBOX_PATH": str(path), "PORTAL_SANDBOX_BASE": base},
    )
    try:
        await _until_ready(base, key, server)
        yield base
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def running_base(settings: Settings) -> str | None:
    """Where a process that runs already serves this portal's sandbox; None when none does.

    A sandbox that merely answers at PORTAL_ORIGIN may be another portal's. Raises Conflict when
    the process that serves ours does not answer.
    """
    if settings.stripe_api_base and await answers(settings.stripe_api_base, settings.stripe_key):
        return settings.stripe_api_base
    base = served_at(settings.sandbox_path)
    if base is None:
        return None
    for _ in range(int(STARTUP_SECONDS / PAUSE_SECONDS)):
        if await answers(base, settings.stripe_key):
            return base
        await asyncio.sleep(PAUSE_SECONDS)
    raise Conflict(
        f"A process serves this sandbox, but nothing answers at {base or 'its address'}."
    )


@asynccontextmanager
async def sandbox_base(settings: Settings) -> AsyncIterator[str]:
    """Where the sandbox answers: in the running portal, else in a process started for this."""
    base = await running_base(settings)
    if base is not None:
        yield base
        return
    async with running_sandbox(settings.sandbox_path, settings.stripe_key) as temporary:
        yield temporary
