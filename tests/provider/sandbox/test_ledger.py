"""`GET /_sandbox/ledger`: what the account was asked to change, and what merely repeated that."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from portal_app.sandbox import ledger
from portal_app.sandbox.ledger import CallLedger, LedgerEntry
from tests.provider.sandbox_server import HEADERS, SandboxServer, serve_sandbox


def create(server: SandboxServer, key: str, name: str = "Ada") -> int:
    headers = {**HEADERS, "Idempotency-Key": key}
    return server.raw("POST", "/v1/customers", data={"name": name}, headers=headers).status_code


def entry(status: int, key: str | None, *, replayed: bool = False) -> dict[str, object]:
    return {
        "method": "POST",
        "path": "/v1/customers",
        "idempotency_key": key,
        "replayed": replayed,
        "status": status,
    }


def test_each_change_is_noted_with_its_key_and_repeats_as_such(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with serve_sandbox(path) as server:
        create(server, "k1")
        create(server, "k1")
        create(server, "k1", name="Ben")  # refused: the key was used for something else
        server.raw("GET", "/v1/customers")
    with serve_sandbox(path) as server:
        server.raw("DELETE", "/v1/customers/cus_nobody")
        assert server.ledger() == [
            entry(200, "k1"),
            entry(200, "k1", replayed=True),
            entry(400, "k1"),
            entry(404, None) | {"method": "DELETE", "path": "/v1/customers/cus_nobody"},
        ]
        server.reset()
        assert server.ledger() == []
        assert server.raw("GET", "/_sandbox/ledger", headers={"Authorization": ""}).is_error


def test_a_call_that_was_cut_off_before_it_arrived_is_no_effect(tmp_path: Path) -> None:
    with serve_sandbox() as server:
        for after, kept in ((False, 0), (True, 1)):
            fault = {"kind": "500", "times": 1, "method": "POST", "after": after}
            server.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
            assert create(server, f"after-{after}") == 500
            assert len(server.ledger()) == kept


def test_only_the_newest_calls_are_kept() -> None:
    calls = CallLedger(sqlite3.connect(":memory:"))
    for number in range(ledger.KEPT + 5):
        calls.add(LedgerEntry("POST", f"/v1/{number}", None, replayed=False, status=200))
    found = calls.entries()
    assert (len(found), found[0].path) == (ledger.KEPT, "/v1/5")
