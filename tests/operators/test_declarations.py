"""`portal declarations …`: what waits is listed with why, and taken off with what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from portal_app.declarations.commands import became, declaration_commands
from portal_app.declarations.errors import AlreadyResolved
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.service import UNDER_WAY
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import NOW, make_company, make_declaration


@pytest.fixture
async def waiting(db: Database, clocks: Clocks, settings: Any) -> Database:
    async with db.unit_of_work() as session:
        company = await make_company(session, title="Acme")
        given = {"finding": Finding.NONE, "contract": "the\nroom"}
        await make_declaration(session, company.id, reference="C-1111-2222", **given)
        await make_declaration(session, company.id, reference="C-3333-4444")  # not looked into yet
    return db


def test_the_list_says_what_waits_and_why(waiting: Database, database_url: str) -> None:
    def install() -> Database:
        return Database(database_url)

    run, app = CliRunner(), declaration_commands(install)
    listed = run.invoke(app, ["list"])
    assert listed.exit_code == 0, listed.output
    assert "C-1111-2222  2026-11-16 09:30 UTC  Acme  cancellation" in listed.output
    assert "Ada Lovelace <ada@example.com>: the room" in listed.output
    assert "No running membership has this address." in listed.output
    assert "C-3333-4444" not in listed.output
    settled = run.invoke(app, ["resolve", "c-1111-2222", "--note", "Answered"])
    assert settled.output.strip() == "C-1111-2222 is resolved: Answered"
    assert "C-1111-2222" not in run.invoke(app, ["list"]).output
    again = run.invoke(app, ["resolve", "C-1111-2222", "--note", "x"])
    assert isinstance(again.exception, AlreadyResolved)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"resolved_at": NOW, "resolution": UNDER_WAY}, "Stripe doesn't answer. It is saved"),
        ({"resolved_at": NOW, "resolution": "It ended."}, "It ended."),
        (
            {"finding": Finding.REFUSED, "refund": {"currency": "USD", "unrefunded_minor": 2900}},
            "mem_1 has ended, but the payment provider did not give $29.00 back. Do it at Stripe",
        ),
    ],
)
def test_the_refund_says_what_became_of_it(over: dict[str, Any], said: str) -> None:
    row = Declaration(reference="W-1111-2222", membership_id="mem_1", **over)
    assert became(row).startswith(said)
