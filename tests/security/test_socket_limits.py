"""Floods against the running portal: sizes, rates, bogus events, a full queue, states on disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from portal_app.kit.http.socket_limits import SocketLimits
from tests.portal_server import ROOT, Portal, running_portal
from tests.security.raw_frames import CONNECT, HYDRATE, RawSocket, event_frame

LIMITS = SocketLimits()
BOGUS = 10_000
MOST_LINES = 100
MOST_GROWTH = 20 * 1024 * 1024
SLOW = "reflex___state____state.tests___security___slow_portal____slow_state.wait"
PAGE_ERROR = (
    "reflex___state____state.reflex___state____frontend_event_exception_state"
    ".handle_frontend_exception"
)


def padded(size: int) -> str:
    """A hydration of exactly *size* bytes; Reflex ignores keys that are not an event's."""
    empty = event_frame({"name": HYDRATE, "payload": {}, "more": ""})
    return empty.replace('"more": ""', f'"more": "{"x" * (size - len(empty))}"')


@pytest.mark.parametrize(
    ("size", "code"),
    [(LIMITS.message_bytes - 1, None), (LIMITS.message_bytes + 1, 1009)],
)
async def test_a_message_of_64_kb_passes_and_no_larger_one(
    portal: Portal, size: int, code: int | None
) -> None:
    frame = padded(size)
    assert len(frame.encode()) == size
    async with RawSocket(portal) as tab:
        await tab.send(CONNECT, frame)
        received = await tab.settle(1)
    assert tab.closed == code
    assert ("is_hydrated" in received) is (code is None)


async def test_a_flood_closes_its_own_socket_and_no_other(portal: Portal) -> None:
    async with RawSocket(portal) as bystander, RawSocket(portal) as tab:
        await bystander.send(CONNECT)
        await tab.send(CONNECT, *["3"] * (LIMITS.burst + 100))
        await tab.settle()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="429"):
            async with RawSocket(portal, token=tab.token):
                pass
        await bystander.send(event_frame({"name": HYDRATE}))
        received = await bystander.settle()
    assert (tab.closed, bystander.closed) == (1013, None)
    assert "is_hydrated" in received


async def test_a_session_has_so_many_tabs(portal: Portal) -> None:
    cookie = portal.cookie_of(portal.sign_in("eve@example.com"))
    async with AsyncExitStack() as tabs:
        for _ in range(LIMITS.per_session):
            last = await tabs.enter_async_context(RawSocket(portal, cookie=cookie))
        with pytest.raises(aiohttp.WSServerHandshakeError, match="429"):
            await tabs.enter_async_context(RawSocket(portal, cookie=cookie))
        await last.settle(0.1)
        assert last.closed is None
    # They are gone: the next one is welcome.
    async with RawSocket(portal, cookie=cookie) as tab:
        await tab.send(CONNECT)
        assert "40/_event" in await tab.settle()


def bogus_frames() -> Iterator[str]:
    """Every kind of nonsense that has the form of a message, for ever."""
    events: list[Any] = [
        *("no json", '{"name": "', 7, None, [], {}, [[[[]]]], True),
        *({"name": None}, {"name": "no.such.handler"}, {"name": "\n\n\nTraceback"}),
        {"name": "no.such.handler", "payload": {"text": "x" * 2000}},
        {"name": HYDRATE, "payload": {"var_name": 1}},
        {"name": HYDRATE, "payload": {"vars": {"a": {"b": 1}, "portal": 1}}},
        {"name": HYDRATE, "payload": {"vars": "x", "hashes": 7}},
        {"name": HYDRATE, "router_data": {"pathname": "//[", "query": 7}},
        {"name": HYDRATE, "router_data": []},
        {"name": "reflex___state____state.setvar", "payload": {"var_name": "x", "value": 1}},
        {"name": "reflex___state____state.set_is_hydrated", "payload": {"value": {"a": 1}}},
        {"name": "reflex___state____state.set_is_hydrated", "payload": {"self": 1}},
        {"name": PAGE_ERROR, "payload": {"info": "x\n" * 100, "component_stack": "y"}},
        {"name": PAGE_ERROR, "payload": {"info": 7, "component_stack": None}},
    ]
    others = [["client_error", {"message": "x\n" * 50}], ["client_error"], ["event"]]
    frames = [event_frame(event) for event in events]
    frames += [f"42/_event,{json.dumps(other)}" for other in others]
    return cycle(frames)


MALFORMED = (
    '42/_event,["connect"]',
    "nonsense",
    "42/_event,[",
    "45",
    '43/_event,1[""]',
    "40/other,",
    '42["event",{}]',
)


async def test_ten_thousand_bogus_events_cost_a_hundred_lines_and_no_traceback(
    portal: Portal,
) -> None:
    before = portal.facts()
    start = portal.log.stat().st_size
    frames, sent = bogus_frames(), 0
    while sent < BOGUS:
        async with RawSocket(portal) as tab:
            last = MALFORMED[sent % len(MALFORMED)]
            batch = [CONNECT, *islice(frames, LIMITS.burst - 20), last]
            await tab.send(*batch)
            await tab.settle(5)
        assert tab.closed == 1008, last
        sent += len(batch)
    written = portal.log.read_bytes()[start:].decode()
    assert "Traceback" not in written
    assert 0 < len(written.splitlines()) <= MOST_LINES
    assert portal.facts() == before
    # Who floods costs nobody else anything.
    async with RawSocket(portal) as tab:
        await tab.send(CONNECT, event_frame({"name": HYDRATE}))
        assert "is_hydrated" in await tab.settle(1)


async def test_no_state_is_kept_on_disk(portal: Portal) -> None:
    for _ in range(5):
        async with RawSocket(portal) as tab:
            await tab.send(CONNECT, event_frame({"name": HYDRATE}))
            assert "is_hydrated" in await tab.settle()
    assert not (ROOT / ".states").exists()
    assert list(portal.data_dir.rglob(".states")) == []


@pytest.fixture
async def slow_portal(tmp_path: Path) -> AsyncIterator[Portal]:
    with running_portal(
        tmp_path / "slow", factory="tests.security.slow_portal:application"
    ) as portal:
        yield portal


def resident_bytes(pid: int) -> int:
    """Of the server and its workers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_resident(int(one)) for one in (str(pid), *children))


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


async def flood(portal: Portal, token: str, messages: int) -> list[int | None]:
    """Queue messages of 60 kB behind the slow handler, connecting anew when refused.

    Returns the codes; None is a socket whose connect waits for the tab's lock, 429 one that was
    turned away.
    """
    frame = event_frame({"name": SLOW, "payload": {"text": "x" * 60_000}})
    codes: list[int | None] = []
    while messages > 0:
        messages -= 60
        try:
            async with RawSocket(portal, token=token) as tab:
                await tab.send(CONNECT, *[frame] * 60)
                await tab.settle(1)
            codes.append(tab.closed)
        except aiohttp.WSServerHandshakeError as refused:
            codes.append(refused.status)
    return codes


@pytest.mark.e2e
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc, as Linux has it")
async def test_a_full_queue_does_not_grow_the_process(slow_portal: Portal) -> None:
    async with RawSocket(slow_portal) as tab:
        await tab.send(CONNECT, event_frame({"name": HYDRATE}))
        await tab.settle()
        before = resident_bytes(slow_portal.pid)
        codes = await flood(slow_portal, token="flooded-tab", messages=600)
        await asyncio.sleep(0.5)
        growth = resident_bytes(slow_portal.pid) - before
        await tab.send(event_frame({"name": HYDRATE}))
        assert "is_hydrated" in await tab.settle()
    assert codes[0] == 1013
    assert 429 in codes
    assert growth <= MOST_GROWTH


@pytest.mark.parametrize("origin", ["https://evil.test", "null"])
async def test_a_foreign_origin_is_refused_at_the_handshake(portal: Portal, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with RawSocket(portal, headers={"Origin": origin}):
            pass
    assert refused.value.status == 403
    assert "access-control-allow-origin" not in (refused.value.headers or {})
