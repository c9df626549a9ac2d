"""Undoing a change of the primary address, by the link that the old one was sent."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_app.identity import answers, emails
from portal_app.identity.cookies import drop_session_of
from portal_app.identity.errors import UndoOver
from portal_app.identity.visitor import Visitor
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.ui.server_pages import link_over, render

router = APIRouter(include_in_schema=False)


@router.api_route("/login/undo/{token}/", methods=["GET", "HEAD"])
async def undo_page(request: Request, token: str) -> Response:
    """A button to undo a change of the first address with; looking changes nothing."""
    try:
        async with database().reading() as session:
            old, new = await emails.change_behind(session, token)
    except UndoOver:
        return _over(request)
    template = "identity/templates/undo.html"
    here = f"/login/undo/{quote(token)}/"
    return render(template, request, old=old, new=new, days=emails.SUSPECT_FOR.days, here=here)


@router.post("/login/undo/{token}/")
async def undo(request: Request, token: str) -> Response:
    """The form has no fields; afterwards everybody signs in anew."""
    try:
        await small_form(request)
        person_id = await emails.undo(database(), token)
    except UndoOver:
        return _over(request)
    except PortalError as refused:
        return answers.told(request, refused)
    response = answers.see_other("/login/")
    await drop_session_of(response, person_id, Visitor.of(request).session)
    return response


def _over(request: Request) -> Response:
    return link_over(request, status=UndoOver.status, here="/login/")
