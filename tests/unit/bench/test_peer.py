"""The bench beside the peer: its parts load, and its figures say what is asked of them."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bench import peer, peer_figures, peer_sides, peer_stripe

BARS = peer_figures.AT_LEAST | peer_figures.AT_MOST
WHAT = ("per_second", "cpu_ms")


@pytest.fixture
def figures() -> dict[str, Any]:
    """Those of the last run, as they are committed."""
    found: dict[str, Any] = json.loads(peer.RESULTS.read_bytes())
    return found


def test_every_bar_has_its_figure_and_its_verdict(figures: dict[str, Any]) -> None:
    told = "\n".join(peer_figures.lines(figures))
    for name, bar in BARS.items():
        assert re.search(
            rf"^{name} +{figures[name]} .*[≥≤] {bar} +(PASS|missed)$", told, re.MULTILINE
        )


def test_both_sides_are_told_with_their_range(figures: dict[str, Any]) -> None:
    for name in peer_figures.COMPARED:
        found = figures[name]
        assert figures[f"{name}_ratio"] == found["ratio"]["median"]
        for figure in ("ratio", *(f"{who}_{what}" for who in ("ours", "peer") for what in WHAT)):
            assert 0 < found[figure]["least"] <= found[figure]["median"] <= found[figure]["most"]


@pytest.mark.parametrize("name", BARS)
def test_a_figure_beyond_its_bar_is_missed(name: str, figures: dict[str, Any]) -> None:
    reached = dict(BARS)
    worse = BARS[name] * (0.99 if name in peer_figures.AT_LEAST else 1.01)
    assert peer_figures.verdicts(figures | reached)[name]
    assert not peer_figures.verdicts(figures | reached | {name: worse})[name]


def test_the_peer_is_pinned_to_the_last_of_its_packages() -> None:
    lines = peer_sides.PINS.read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [
        line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line)
    ] == []
    assert {"dj-stripe==2.11.0", "gunicorn==27.0.1"} <= set(pins)


def test_no_event_is_sent_twice_and_each_is_about_something_known() -> None:
    about = [{"id": "evt_a", "type": "a"}, {"id": "evt_b", "type": "b"}]
    events = peer.Events(about)
    sent = [json.loads(body) for _, body in events.signed(3) + events.signed(2)]
    assert [one["type"] for one in sent] == ["a", "b", "a", "b", "a"]
    assert len({one["id"] for one in sent}) == len(sent)


def test_the_stripe_of_both_sides_remembers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def sandbox(_: object, what: str, headers: dict[str, str]) -> httpx.Response:
        asked.append(what)
        return httpx.Response(400 if "expand" in what else 200, text=what)

    monkeypatch.setenv("BENCH_STRIPE_BASE", "http://127.0.0.1:9")
    monkeypatch.setenv("BENCH_STRIPE_SECONDS", "0")
    monkeypatch.setattr(httpx.AsyncClient, "get", sandbox)
    client = TestClient(peer_stripe.app())
    answers = [client.get("/v1/customers/cus_1?expand=sources") for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == [(200, "/v1/customers/cus_1")] * 2
    assert asked == ["/v1/customers/cus_1?expand=sources", "/v1/customers/cus_1"]
