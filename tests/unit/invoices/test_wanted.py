"""What the address asks for, and a file that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest

from portal_app.invoices.rules.sheet import csv_lines, harmless
from portal_app.invoices.rules.standing import Standing
from portal_app.invoices.rules.wanted import Wanted, asked, number_part


def test_an_address_is_read_and_written_alike() -> None:
    query = {"year": "2025", "status": "past_due", "membership": "mber_1", "number": "nwa-00"}
    said = asked(query)
    assert said.wanted == Wanted(
        year=2025, standing=Standing.PAST_DUE, membership="mber_1", number="NWA-00"
    )
    assert not said.unknown
    address = said.wanted.address("/billing/history/", after="inv_1")
    assert address == (
        "/billing/history/?year=2025&membership=mber_1&status=past_due&number=NWA-00&after=inv_1"
    )
    assert Wanted().address("/billing/history/") == "/billing/history/"


@pytest.mark.parametrize(
    "query",
    [
        {"year": "25"},
        {"year": "2025 OR 1"},
        {"year": "20255"},
        {"status": "stolen"},
        {"year": "٢٠٢٥"},
    ],
)
def test_what_means_nothing_is_left_out_and_said(query: dict[str, str]) -> None:
    said = asked(query)
    assert said.wanted.everything
    assert said.unknown


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "=cmd|' /C calc'!A0"],
)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    (row,) = csv.reader(io.StringIO(csv_lines([[harmless(text)]]).decode(), newline=""))
    assert row == [f"'{text}"]


def test_a_number_holds_only_what_can_be_printed() -> None:
    assert number_part("\0nwa\ud800-7\n") == "NWA-7"
    assert len(number_part("9" * 500)) == 40


def test_other_text_is_left_alone() -> None:
    for text in ("Trading Room", "1 × Room (at $29.00 / month)", "NWA-0042", "", 'say "hi", ok'):
        assert harmless(text) == text
