"""One process at a time serves an account, and everybody can learn where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal_app.sandbox import AccountInUse, create_app, read_clock, served_at
from portal_app.sandbox.store import Store

BASE = "http://localhost:3100/sandbox/stripe"


def test_a_second_server_is_refused_and_told_where_the_first_one_is(tmp_path: Path) -> None:
    account = tmp_path / "sandbox.db"
    assert served_at(account) is None
    store = Store(account, BASE)
    assert served_at(account) == BASE
    with pytest.raises(AccountInUse, match=BASE):
        create_app(account)
    store.close()
    assert served_at(account) is None
    Store(account).close()


def test_looking_does_not_keep_a_server_out(tmp_path: Path) -> None:
    account = tmp_path / "sandbox.db"
    Store(account, BASE).close()
    for _ in range(20):
        assert served_at(account) is None
        Store(account, BASE).close()
    assert read_clock(account) is None


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    account = tmp_path / "sandbox.db"
    code = f"""
import os, pathlib
from portal_app.sandbox.store import Store
held = Store(pathlib.Path({str(account)!r}), {BASE!r})
print("held", flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert served_at(account) == BASE
        holder.kill()
    assert served_at(account) is None
