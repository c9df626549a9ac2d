"""`GET /billing/export.csv`: the billing history as a file, by the filters of the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from portal_app.identity.actor import Actor
from portal_app.identity.sessions import find_actor
from portal_app.invoices.rules.sheet import BOM, csv_lines
from portal_app.invoices.rules.wanted import Wanted, asked
from portal_app.invoices.service import read_all
from portal_app.invoices.state.known import with_bills
from portal_app.invoices.views.sheet import COLUMNS, sheet_row
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import purchases_of
from portal_app.ui.reader import Reader

router = APIRouter(include_in_schema=False)


@router.get("/billing/export.csv")
async def export(request: Request) -> Response:
    """Streamed, a few hundred entries at a time. A part of the address without meaning is left out.

    Whoever is not signed in is sent to sign-in; whose the entries are, the session says alone.
    """
    actor = await find_actor(request.headers.get("cookie", ""))
    if actor is None:
        here = f"/billing/export.csv?{request.url.query}".rstrip("?")
        return RedirectResponse(f"/login/?next={quote(here, safe='/')}", status_code=303)
    now = business_now()
    async with database().reading() as session:
        said, _ = await with_bills(session, actor, asked(request.query_params), now)
    name = f"billing-history-{now.date().isoformat()}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    body = lines(actor, said.wanted, now)
    return StreamingResponse(body, media_type="text/csv; charset=utf-8", headers=headers)


async def lines(actor: Actor, wanted: Wanted, now: datetime) -> AsyncIterator[bytes]:
    """The file, piece by piece."""
    # A program that reads the file should not depend on who fetched it.
    reader = Reader("en")
    yield BOM.encode() + csv_lines([COLUMNS])
    async for entries in read_all(database(), actor, wanted, now):
        alone = [entry.payment for entry in entries if entry.invoice is None]
        async with database().reading() as session:
            purchases = await purchases_of(session, actor, alone)
        yield csv_lines(sheet_row(reader, entry, purchases, now) for entry in entries)
