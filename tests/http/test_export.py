"""`/billing/export.csv`: whose it is, what is in it, and what a spreadsheet does with it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from portal_app.catalog.models import Product
from portal_app.identity.sessions import session_cookie, start_session
from portal_app.invoices.models import Invoice, Payment
from portal_app.invoices.routes import router
from portal_app.invoices.service import export as export_service
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.db.history_world import HistoryWorld, make_history
from tests.factories import NOW, make_payment

EXPORT = "/billing/export.csv"


@pytest.fixture
async def world(clocks: Clocks, settings: Any, db: Database) -> HistoryWorld:
    return await make_history(db)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        yield client


async def cookie(world: HistoryWorld, person_id: str) -> dict[str, str]:
    async with world.db.unit_of_work() as session:
        token = await start_session(session, person_id=person_id, user_agent="", now=NOW)
    return {"Cookie": f"{session_cookie()}={token}"}


async def rows(
    client: httpx.AsyncClient, headers: dict[str, str], query: str = ""
) -> list[dict[str, str]]:
    reply = await client.get(f"{EXPORT}{query}", headers=headers)
    assert reply.status_code == 200
    text = reply.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_every_entry_is_a_row_to_the_minor_unit(
    world: HistoryWorld, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_service, "PER_READ", 7)
    found = await rows(client, await cookie(world, world.ada.person_id))
    entries = await world.walk()
    assert [row["id"] for row in found] == [entry.id for entry in entries]
    for row, entry in zip(found, entries, strict=True):
        assert row["status"] == world.standings[entry.id]
        assert row["total"] == "29.00"
        moment = entry.invoice.issued_at if entry.invoice else entry.payment.created_at
        assert row["date"] == moment.date().isoformat()
        assert row["type"] == ("invoice" if entry.invoice else "payment")
    page = await world.page()
    for total in (one for one in page.totals if one.year is None):
        own = [row for row in found if row["currency"] == total.paid.currency]
        for column, money in (
            ("paid", total.paid),
            ("refunded", total.refunded),
            ("open", total.unpaid),
        ):
            cents = sum(int(row[column].replace(".", "")) for row in own)
            assert cents == money.minor


async def test_the_file_is_named_never_stored_and_opens_as_utf8(
    world: HistoryWorld, client: httpx.AsyncClient
) -> None:
    headers = await cookie(world, world.ada.person_id)
    reply = await client.get(EXPORT, headers=headers)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    name = "billing-history-2026-11-16.csv"
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert reply.content.startswith(b"\xef\xbb\xbfdate,type,number,description,status,currency,")
    assert reply.content.endswith(b"\r\n")


async def test_the_address_filters_as_on_the_page(
    world: HistoryWorld, client: httpx.AsyncClient
) -> None:
    headers = await cookie(world, world.ada.person_id)
    past_due = await rows(client, headers, "?status=past_due")
    wanted = {one for one, standing in world.standings.items() if standing == "past_due"}
    assert {row["id"] for row in past_due} == wanted
    year = await rows(client, headers, "?year=2025")
    assert year
    assert {row["date"][:4] for row in year} == {"2025"}
    own = await rows(client, headers, f"?membership={world.hers.member.id}")
    assert 0 < len(own) < len(world.standings)
    # What means nothing is left out, somebody else's membership too.
    everything = len(world.standings)
    for query in ("?year=x", "?status=x", f"?membership={world.his.member.id}"):
        assert len(await rows(client, headers, query)) == everything


async def test_no_cell_is_run_as_a_formula(world: HistoryWorld, client: httpx.AsyncClient) -> None:
    async with world.writing() as session:
        await session.execute(update(Invoice).values(number="=1+1", description="+1"))
        await session.execute(update(Payment).values(description="@sum", method_brand=""))
        await session.execute(update(Product).values(title='-2,"x"'))
        await make_payment(
            session,
            world.hers.customer,
            method_kind="us_bank_account",
            method_brand="=HYPERLINK(1)",
            stripe_charge_id="ch_x",
            description="\tx",
        )
    found = await rows(client, await cookie(world, world.ada.person_id))
    text = [row[name] for row in found for name in ("number", "description", "method")]
    assert {"'=1+1", "'+1", "'@sum", "'\tx"} <= set(text)
    assert any(one.startswith("'=HYPERLINK") for one in text)
    assert not [one for one in text if one.startswith(("=", "+", "-", "@", "\t", "\r"))]


async def test_a_stranger_is_sent_to_sign_in_and_ben_gets_his_own(
    world: HistoryWorld, client: httpx.AsyncClient
) -> None:
    for headers in ({}, {"Cookie": f"{session_cookie()}=nonsense"}):
        reply = await client.get(f"{EXPORT}?year=2025", headers=headers)
        assert reply.status_code == 303
        assert reply.headers["location"] == "/login/?next=/billing/export.csv%3Fyear%3D2025"
    found = await rows(client, await cookie(world, world.ben.person_id))
    assert found
    assert {row["id"] for row in found} <= world.bens
    assert not {row["id"] for row in found} & set(world.standings)


async def test_only_reading_is_possible(world: HistoryWorld, client: httpx.AsyncClient) -> None:
    headers = await cookie(world, world.ada.person_id)
    reply = await client.post(EXPORT, headers=headers)
    assert reply.status_code == 405
