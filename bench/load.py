"""Requests per second of a GET, with 16 connections: by `wrk`, else by a small client of ours."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

CONNECTIONS = 16
_LUA = """
local paths, keys, n = {{{paths}}}, {{{keys}}}, 0
request = function()
  n = n + 1
  return wrk.format("GET", paths[n % #paths + 1], {{["Authorization"] = keys[n % #keys + 1]}})
end
done = function(summary)
  local e = summary.errors
  print("failed=" .. e.status + e.connect + e.read + e.write + e.timeout)
end
"""


class Failed(RuntimeError):
    """Some answers were no 200s: the figures would mean nothing."""


def client_name() -> str:
    """Which client measures; ours is slow enough to flatter the slower of two servers."""
    return "wrk" if shutil.which("wrk") else "asyncio (install wrk for sharper figures)"


def requests_per_second(
    port: int, paths: Sequence[str], *, keys: Sequence[str], seconds: float
) -> float:
    """With *keys* in turn, as each has a limit; raises Failed unless every answer is a 200."""
    if shutil.which("wrk"):
        return _by_wrk(port, paths, keys=keys, seconds=seconds)
    return asyncio.run(_by_hand(port, paths, keys=keys, seconds=seconds))


def _by_wrk(port: int, paths: Sequence[str], *, keys: Sequence[str], seconds: float) -> float:
    quoted = ",".join(f'"{path}"' for path in paths)
    bearers = ",".join(f'"Bearer {key}"' for key in keys)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "requests.lua"
        script.write_text(_LUA.format(paths=quoted, keys=bearers))
        done = subprocess.run(
            [
                *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{round(seconds)}s"),
                # The slowest twin takes longer, on a slow machine, than wrk waits by itself.
                *("--timeout", "20s"),
                *("-s", str(script), f"http://127.0.0.1:{port}"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if rate is None or "failed=0" not in done.stdout:
        raise Failed(done.stdout)
    return float(rate[1])


async def _by_hand(
    port: int, paths: Sequence[str], *, keys: Sequence[str], seconds: float
) -> float:
    requests = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        for path, key in zip(cycle(paths), cycle(keys), strict=False)
    )
    end = time.perf_counter() + seconds

    async def one_connection() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < end:
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if not head.startswith(b"HTTP/1.1 200") or length is None:
                raise Failed(head.decode())
            await reader.readexactly(int(length[1]))
            count += 1
        writer.close()
        await writer.wait_closed()
        return count

    counts = await asyncio.gather(*(one_connection() for _ in range(CONNECTIONS)))
    return sum(counts) / seconds
