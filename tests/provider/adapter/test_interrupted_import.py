"""An import that is killed again and again ends as one that nobody disturbed.

`make test` kills a small import; with PORTAL_SOAK the account is one of 1,000 customers with 12
invoices each, killed ten times and held to its bars, and one of 10,000 is imported once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.provider.importing import Installation, Measured
from tests.provider.large_account import write_account
from tests.provider.sandbox_server import SandboxServer, serve_sandbox

SOAK = bool(os.environ.get("PORTAL_SOAK"))
CUSTOMERS, INVOICES, KILLS = (1000, 12, 10) if SOAK else (120, 4, 3)
MANY = 10_000
SECONDS, MEGABYTES = 60, 300


def folder(path: Path, name: str) -> Path:
    (path / name).mkdir()
    return path / name


def tell(capsys: pytest.CaptureFixture[str], customers: int, measured: Measured) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n  {customers} customers x {INVOICES} invoices: {measured}\n")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    path = tmp_path_factory.mktemp("account") / "account.db"
    write_account(path, customers=CUSTOMERS, invoices=INVOICES)
    with serve_sandbox(path, patience=120) as sandbox:
        yield sandbox


def test_a_killed_import_ends_like_an_unkilled_one(
    account: SandboxServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calm = Installation(folder(tmp_path, "calm"), account.origin)
    measured = calm.sync()
    tell(capsys, CUSTOMERS, measured)
    whole = calm.contents()
    assert len(whole["invoices"]) == CUSTOMERS * INVOICES
    assert calm.unfinished() == 0

    killed = Installation(folder(tmp_path, "killed"), account.origin)
    chance, seen = Random(CUSTOMERS), dict[str, int]()  # noqa: S311
    pages = 2 * CUSTOMERS * INVOICES // 100  # at least; payments and invoices are the most
    for _ in range(KILLS):
        assert killed.sync_killed(
            pages=chance.randint(1, pages // KILLS), delay=chance.uniform(0, 0.05), seen=seen
        )
    assert killed.unfinished() > 0
    killed.sync()
    assert killed.contents() == whole
    assert killed.unfinished() == 0
    assert measured.peak_mb <= MEGABYTES
    # What a neighbour on the machine takes does not count here; `make bench` tells the real time.
    assert measured.cpu <= SECONDS


def test_what_is_older_may_be_left_out(account: SandboxServer, tmp_path: Path) -> None:
    installation = Installation(folder(tmp_path, "portal"), account.origin)
    installation.sync("--since", "2024-12-01")  # all began on the 15th of November
    contents = installation.contents()
    assert len(contents["memberships"]) == len(contents["customers"]) == CUSTOMERS
    assert len(contents["invoices"]) == len(contents["payments"]) == CUSTOMERS * (INVOICES - 1)


if SOAK:

    def test_ten_thousand_customers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write_account(tmp_path / "account.db", customers=MANY, invoices=INVOICES)
        with serve_sandbox(tmp_path / "account.db", patience=120) as sandbox:
            installation = Installation(folder(tmp_path, "portal"), sandbox.origin)
            measured = installation.sync()
            tell(capsys, MANY, measured)
            assert measured.peak_mb <= MEGABYTES
            contents = installation.contents()
        assert len(contents["customers"]) == MANY
        assert len(contents["invoices"]) == MANY * INVOICES
