"""`/cancel/undo/<token>/`: “that was not me”, by the link in the mail to the address on file.

GET says what it is about and changes nothing, since mail scanners follow links; POST takes it back.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from portal_app.branding.service import page_brand
from portal_app.declarations.errors import UndoOver
from portal_app.declarations.service import behind_undo, undo
from portal_app.intents.service import desk
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.memberships.errors import NothingToUndo
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.reader import Reader
from portal_app.ui.server_pages import link_over, render

router = APIRouter(include_in_schema=False)
_PAGE: Final = "declarations/templates/undo.html"


@router.api_route("/cancel/undo/{token}/", methods=["GET", "HEAD"])
async def undo_page(request: Request, token: str) -> Response:
    return await _page(request, token)


@router.post("/cancel/undo/{token}/")
async def take_back(request: Request, token: str) -> Response:
    """The form has no fields."""
    await small_form(request)
    try:
        await undo(desk(), token)
    except (UndoOver, NothingToUndo):
        return _over(request)
    except PortalError as refused:
        return await _page(request, token, refused=refused)
    headers = {"Cache-Control": "no-store"}
    return RedirectResponse(f"/cancel/undo/{token}/", status_code=303, headers=headers)


async def _page(request: Request, token: str, *, refused: PortalError | None = None) -> Response:
    reader = Reader(requested_locale(request))
    try:
        async with database().reading() as session:
            row = await behind_undo(session, token)
    except UndoOver:
        return _over(request)
    ends = row.takes_effect_at
    return render(
        _PAGE,
        request,
        status=refused.status if refused else 200,
        error=reader.say(refused.sentence) if refused else None,
        brand=await page_brand(row.company_id),
        done=row.undone_at is not None,
        cancels=row.kind.value == "cancellation",
        reference=row.reference,
        asked=reader.moment(row.asked_at),
        ends=reader.date(ends) if ends else "",
    )


def _over(request: Request) -> Response:
    """The same for a link that is too old, is of no use any more, or never was one."""
    return link_over(request, status=UndoOver.status, here="/cancel/")
