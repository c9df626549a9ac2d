"""Which accounts the suite may speak to, and how it keeps away from others."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests import conftest as network
from tests.contract.account import STRIPE_HOST, given_key, reachable


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Any name leads to a documentation address; connections that the guard lets through."""
    reached: list[Any] = []

    def look_up(name: Any, port: Any, *_args: Any, **_kwargs: Any) -> Any:
        host = "203.0.113.5" if name == STRIPE_HOST else "203.0.113.6"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(network, "_connect", lambda _self, address: reached.append(address[0]))
    return reached


def connect(name: str) -> None:
    [(family, kind, _protocol, _canonical, address)] = socket.getaddrinfo(name, 443)
    with socket.socket(family, kind) as probe:
        probe.connect(address)


def test_stripe_is_reached_inside_the_guard_only(resolved: list[Any]) -> None:
    with reachable(STRIPE_HOST):
        connect(STRIPE_HOST)
        with pytest.raises(AssertionError, match="tried to reach"):
            connect("other.example")
    with pytest.raises(AssertionError, match="tried to reach"):
        connect(STRIPE_HOST)
    assert resolved == ["203.0.113.5"]


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "pk_test_1", "anything"])
def test_a_key_that_could_move_money_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("STRIPE_TEST_KEY", key)
    with pytest.raises(pytest.exit.Exception, match="nothing was sent"):
        given_key()


@pytest.mark.parametrize("key", ["", "sk_test_1", "rk_test_1"])
def test_a_given_key_is_taken(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("STRIPE_TEST_KEY", key)
    assert given_key() == key
