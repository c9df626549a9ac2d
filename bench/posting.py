"""Posts signed events: as fast as an application takes them (by `wrk`), or at a steady pace."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import stripe

CONNECTIONS = 32
PATH = "/webhooks/stripe"
_LUA = """
local signatures, bodies, n = {{}}, {{}}, 0
for line in io.lines("{file}") do
  local at = line:find("\\t")
  signatures[#signatures + 1], bodies[#bodies + 1] = line:sub(1, at - 1), line:sub(at + 1)
end
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n % #bodies + 1
  wrk.headers["Stripe-Signature"] = signatures[n]
  return wrk.format("POST", "{path}", nil, bodies[n])
end
done = function(summary)
  local e = summary.errors
  print("failed=" .. e.status + e.connect + e.read + e.write + e.timeout)
end
"""
Signed = tuple[str, str]


class Failed(RuntimeError):
    """Some answers were no 200s: the figures would mean nothing."""


def events(start: int, count: int, secret: str) -> list[Signed]:
    """Header and body of events as large as Stripe's usual ones (2 kB)."""
    return [signed(_event(number), secret) for number in range(start, start + count)]


def signed(event: dict[str, Any], secret: str) -> Signed:
    body = json.dumps(event)
    return stripe.WebhookSignature.generate_signature_header(body, secret), body


def _event(number: int) -> dict[str, Any]:
    obj = {"id": f"cus_{number}", "object": "customer", "description": "x" * 1800}
    return {
        "id": f"evt_{number:012}",
        "object": "event",
        "type": "customer.updated",
        "livemode": False,
        "data": {"object": obj},
    }


def flood(port: int, given: list[Signed], *, seconds: int, path: str = PATH) -> None:
    """Post *given* over and over from CONNECTIONS connections. Raises Failed for any refusal."""
    with tempfile.TemporaryDirectory() as folder:
        file, script = Path(folder) / "events", Path(folder) / "post.lua"
        file.write_text("".join(f"{header}\t{body}\n" for header, body in given))
        script.write_text(_LUA.format(file=file, path=path))
        done = subprocess.run(
            [
                *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)),
                f"http://127.0.0.1:{port}",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    if "failed=0" not in done.stdout:
        raise Failed(done.stdout)


async def once(port: int, given: list[Signed], *, path: str, at_a_time: int) -> None:
    """Post each of *given* once, each on a connection of its own. Raises Failed for any refusal."""
    slots = asyncio.Semaphore(at_a_time)

    async def one(header: str, body: str) -> None:
        async with slots:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_request(header, body, path=path, more="Connection: close\r\n"))
            head = await reader.read()
            writer.close()
        if not head.startswith(b"HTTP/1.1 200"):
            raise Failed(head.decode())

    await asyncio.gather(*[one(*pair) for pair in given])


async def paced(port: int, given: list[Signed], *, per_second: int) -> list[float]:
    """Post each of *given* once, *per_second*; how long each answer took, in seconds."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    began = time.perf_counter()

    async def one(place: int, header: str, body: str) -> float:
        await asyncio.sleep(began + place / per_second - time.perf_counter())
        # From when it was to be sent: waiting for a free connection counts.
        due = time.perf_counter()
        reader, writer = connection = await free.get()
        writer.write(_request(header, body))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        free.put_nowait(connection)
        if not head.startswith(b"HTTP/1.1 200"):
            raise Failed(head.decode())
        return time.perf_counter() - due

    took = await asyncio.gather(*[one(place, *pair) for place, pair in enumerate(given)])
    while not free.empty():
        free.get_nowait()[1].close()
    return list(took)


def _request(header: str, body: str, *, path: str = PATH, more: str = "") -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nStripe-Signature: {header}\r\n{more}"
        f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()
