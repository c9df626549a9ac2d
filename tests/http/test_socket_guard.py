"""The guard in front of the event socket, driven message by message with a clock of our own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Scope

from portal_app.kit.http.socket_limits import (
    MALFORMED,
    TOO_BIG,
    TOO_MANY_MESSAGES,
    TOO_MANY_PENDING,
    Refusal,
    SocketLimits,
)
from portal_app.kit.http.sockets import CONNECTION, SocketGuard
from tests.http.guarded_socket import (
    CONNECT,
    EVENT,
    LIMITS,
    ORIGIN,
    Client,
    Server,
    send_all,
    session_of,
)


@pytest.mark.parametrize(
    "frame",
    ["2", "3", "2probe", "1", "40/_event,", CONNECT, "41/_event,", EVENT, '42/_event,["ping"]'],
)
async def test_what_a_page_sends_passes_unchanged(frame: str) -> None:
    server = Server()
    client = await send_all(server.guard(), [frame])
    assert server.seen == [frame]
    assert client.refusal is None


@pytest.mark.parametrize(
    "frame",
    [
        *("", "4", "42", "5", "9", "x", "33", '42["event",{}]', '42/other,["event",{}]'),
        *("42/_event,", "42/_event,[", '42/_event,["event",{}]]', '42/_event,7["event",{}]'),
        *('43/_event,1["x"]', "44/_event,{}", '451-/_event,["event",{"_placeholder":true}]'),
        *('42/_event,["connect"]', '42/_event,["disconnect"]', '42/_event,[""]', "42/_event,[]"),
        *('42/_event,{"event":1}', '42/_event,["event",{},1]', '42/_event,[["event"]]'),
        *(
            "40/_event,[]",
            "40",
            "40/_event,nonsense",
            "b4AAAA",
            "42/_event," + "[" * 5000 + "]" * 5000,
        ),
    ],
)
async def test_what_no_page_sends_closes_the_socket(frame: str) -> None:
    server = Server()
    client = await send_all(server.guard(), [frame])
    assert server.seen == []
    assert client.refusal == MALFORMED
    assert server.ended == [MALFORMED.code]


async def test_a_binary_message_closes_the_socket() -> None:
    server = Server()
    client = Client(server.guard())
    client.inbox.put_nowait({"type": "websocket.receive", "bytes": b"\x04" * 10})
    await client.settle()
    assert (client.refusal, server.seen) == (MALFORMED, [])


async def test_a_socket_connects_once_and_again_after_goodbye() -> None:
    server = Server()
    assert (await send_all(server.guard(), [CONNECT, "41/_event,", CONNECT])).refusal is None
    assert (await send_all(server.guard(), [CONNECT, CONNECT])).refusal == MALFORMED


def padded(size: int, letter: str = "x") -> str:
    frame = EVENT.replace("a.b", "%s")
    return frame % (letter * ((size - len(frame) + 2) // len(letter.encode())))


async def test_the_limit_of_a_message_is_exact_and_counted_in_bytes() -> None:
    server = Server()
    assert len(padded(65_536)) == 65_536
    assert (await send_all(server.guard(), [padded(65_536)])).refusal is None
    assert (await send_all(server.guard(), [padded(65_537)])).refusal == TOO_BIG
    assert (await send_all(server.guard(), [padded(65_800, "é")])).refusal == TOO_BIG
    assert len(server.seen) == 1


async def test_a_burst_passes_and_what_exceeds_it_closes_the_socket() -> None:
    server = Server()
    client = await send_all(server.guard(), ["3"] * (LIMITS.burst + 50))
    assert len(server.seen) == LIMITS.burst
    assert client.refusal == TOO_MANY_MESSAGES


async def test_a_large_message_counts_for_as_many_as_it_weighs() -> None:
    """What costs something to read is counted by its bytes: a flood of 60 kB ends at once."""
    server = Server()
    client = await send_all(server.guard(), [padded(60_000)] * 20)
    assert len(server.seen) == LIMITS.burst // 15
    assert client.refusal == TOO_MANY_MESSAGES


async def test_a_handshake_too_many_waits_for_its_answer_unless_many_wait_already() -> None:
    """Trying again at once wins nothing; and waiting can't be made to cost memory without end."""
    limits = SocketLimits(connects_per_minute=1, held_seconds=60, most_held=2)
    guard = Server().guard(limits=limits)
    clients = [Client(guard, token=f"tab-0000{n}") for n in range(4)]
    for client in clients:
        await client.settle()
    assert [one.turned_away for one in clients] == [False, False, False, True]
    assert [bool(one.sent) for one in clients] == [True, False, False, True]
    for one in clients:
        one.task.cancel()
    await asyncio.gather(*(one.task for one in clients), return_exceptions=True)
    assert guard.held == 0


async def test_a_hundred_a_minute_pass_for_ever() -> None:
    server = Server()
    client = Client(server.guard())
    await client.send(*["3"] * LIMITS.burst)
    for _ in range(300):
        server.now += 0.601
        await client.send("3")
    assert client.refusal is None
    await client.send("3", "3")
    assert client.refusal == TOO_MANY_MESSAGES


async def test_a_tab_that_flooded_comes_back_once_it_has_rested() -> None:
    server = Server()
    guard = server.guard()
    await send_all(guard, ["3"] * (LIMITS.burst + 1))
    again = await send_all(guard, [CONNECT])
    assert again.turned_away
    assert (await send_all(guard, [CONNECT], token="tab-other")).refusal is None
    server.now += 7
    assert (await send_all(guard, [CONNECT])).refusal is None


async def test_a_session_has_so_many_sockets_wherever_they_come_from() -> None:
    guard = Server().guard()
    headers = {"cookie": "session=ada"}
    clients = [Client(guard, headers=headers, ip=f"198.51.100.{n}") for n in range(3)]
    for client in clients:
        await client.settle()
    assert [client.turned_away for client in clients] == [False, False, True]
    assert (await send_all(guard, [], headers={"cookie": "session=ben"})).refusal is None
    await clients[0].leave()
    assert (await send_all(guard, [], headers=headers)).refusal is None


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({}, True),
        ({"count_loopback": False}, True),
        ({"hops": 1}, False),
    ],
)
async def test_an_address_has_so_many_sockets_behind_our_proxies_too(
    options: dict[str, Any], refused: bool
) -> None:
    guard = Server().guard(**options)
    clients = [
        Client(guard, headers={"x-forwarded-for": f"203.0.113.{n}"}, token=f"tab-0000{n}")
        for n in range(4)
    ]
    for client in clients:
        await client.settle()
    assert [one.turned_away for one in clients] == [False, False, False, refused]


async def test_behind_a_proxy_the_visitor_is_counted_and_not_what_they_claim() -> None:
    guard = Server().guard(hops=1)
    clients = [
        Client(guard, headers={"x-forwarded-for": f"203.0.113.{n}, 198.51.100.9"}, ip="10.0.0.1")
        for n in range(4)
    ]
    for client in clients:
        await client.settle()
    assert [one.turned_away for one in clients] == [False, False, False, True]


async def test_loopback_is_nobody_in_sandbox_mode_only() -> None:
    for counted in (False, True):
        guard = Server().guard(count_loopback=counted)
        for n in range(4):
            client = await send_all(guard, [], ip="127.0.0.1", token=f"tab-0000{n}")
        assert client.turned_away is counted


async def test_connecting_over_and_over_is_limited_by_address() -> None:
    server = Server()
    guard = server.guard()
    for n in range(LIMITS.connects_per_minute):
        client = await send_all(guard, [], token=f"tab-{n:05}")
        await client.leave()
        assert client.refusal == Refusal(1000, "")  # ended by the application, as it does
    assert (await send_all(guard, [], token="tab-99999")).turned_away
    server.now += 1
    assert (await send_all(guard, [], token="tab-99999")).refusal is None


@pytest.mark.parametrize(
    "options",
    [
        {"query": ""},
        {"query": "token="},
        {"query": "token=short"},
        {"query": f"token={'x' * 65}"},
        {"query": "token=tab-00001&token=tab-00002"},
        {"query": "token=tab%20with%0Aline"},
        {"path": "/elsewhere"},
        {"headers": {"origin": "https://evil.test"}},
        {"headers": {"origin": "null"}},
        {"headers": {"origin": f"{ORIGIN}.evil.test"}},
    ],
)
async def test_a_handshake_of_another_form_is_refused_before_it_is_one(
    options: dict[str, Any],
) -> None:
    server = Server()
    client = await send_all(server.guard(), [], **options)
    assert server.scopes == []
    assert client.turned_away


@pytest.mark.parametrize(("ip", "status"), [("198.51.100.1", 429), ("198.51.100.2", 403)])
async def test_a_server_that_can_say_more_says_why(ip: str, status: int) -> None:
    guard = Server().guard(limits=SocketLimits(connects_per_minute=1, held_seconds=0))
    extensions = {"websocket.http.response": {}}
    origin = {"origin": "https://evil.test"} if status == 403 else {}
    for _ in range(2):
        client = await send_all(guard, [], ip=ip, headers=origin, extensions=extensions)
    start, body = client.sent
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert body["type"] == "websocket.http.response.body"


async def test_only_headers_with_a_use_reach_the_state() -> None:
    server = Server()
    headers = {"cookie": "session=ada", "x-internal-secret": "canary", "authorization": "canary"}
    await send_all(server.guard(), [], headers=headers)
    assert dict(server.scopes[0]["headers"]) == {
        b"origin": ORIGIN.encode(),
        b"cookie": b"session=ada",
    }


async def test_the_application_can_end_a_socket_with_a_reason() -> None:
    server = Server()
    client = Client(server.guard())
    await client.settle()
    await server.scopes[0][CONNECTION].refuse(TOO_MANY_PENDING)
    await client.send(EVENT)
    assert client.refusal == TOO_MANY_PENDING
    assert server.seen == []


async def test_http_passes_untouched() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope: Scope = {"type": "http", "path": "/_event/", "headers": []}
    guard = SocketGuard(app, origin=ORIGIN, session_of=session_of)
    await guard(scope, None, None)  # type: ignore[arg-type]
    assert seen[0] is scope
