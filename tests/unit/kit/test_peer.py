"""Who a connection comes from, and what of the headers is believed."""

from __future__ import annotations

import pytest
from starlette.types import Scope

from portal_app.kit.http.peer import client_address, network_of


def scope_from(*forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return {"type": "websocket", "headers": headers, "client": ("10.0.0.1", 1)}


@pytest.mark.parametrize(
    ("forwarded", "hops", "ip"),
    [
        ((), 0, "10.0.0.1"),
        ((), 1, "10.0.0.1"),
        (("198.51.100.1",), 0, "10.0.0.1"),
        (("198.51.100.1",), 1, "198.51.100.1"),
        (("6.6.6.6, 198.51.100.1",), 1, "198.51.100.1"),
        (("6.6.6.6", "198.51.100.1"), 1, "198.51.100.1"),
        (("6.6.6.6, 198.51.100.1, 10.0.0.2",), 2, "198.51.100.1"),
        (("198.51.100.1",), 2, "10.0.0.1"),
        (("",), 1, "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded: tuple[str, ...], hops: int, ip: str) -> None:
    assert client_address(scope_from(*forwarded), hops) == ip


def test_a_connection_without_an_address_has_none() -> None:
    assert client_address({"type": "http", "headers": [], "client": None}, 0) == ""


@pytest.mark.parametrize(
    ("address", "counted", "network"),
    [
        ("198.51.100.1", True, "198.51.100.1"),
        ("2001:db8::1", True, "2001:db8::/64"),
        ("2001:db8::ffff:1", True, "2001:db8::/64"),
        ("127.0.0.1", True, "127.0.0.1"),
        ("127.0.0.1", False, None),
        ("::1", False, None),
        ("198.51.100.1", False, "198.51.100.1"),
        ("unknown", False, "unknown"),
    ],
)
def test_a_visitor_is_an_address_or_a_network(
    address: str, counted: bool, network: str | None
) -> None:
    assert network_of(address, count_loopback=counted) == network
