"""A recipient's two pages, without sign-in and without JavaScript: to agree, and to stop.

A GET never does either: mail scanners follow links.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from portal_app.invoices.recipients.errors import InvitationOver
from portal_app.invoices.recipients.rules import can_confirm, gets_receipts
from portal_app.invoices.recipients.service import Invitation, behind_link, confirm, stop
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.http.forms import small_form
from portal_app.ui.catalogue import translate
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.server_pages import render

router = APIRouter(prefix="/recipients", include_in_schema=False)
_TEMPLATES: Final = "invoices/recipients/templates"


@router.api_route("/{token}/", methods=["GET", "HEAD"])
async def invitation_page(request: Request, token: str) -> Response:
    """What it is about, and a button to agree with; afterwards, that it is so."""
    try:
        invitation = await _look_up(token)
        row = invitation.recipient
        if not (gets_receipts(row) or can_confirm(row, wall_now())):
            return _over(request)
    except InvitationOver:
        return _over(request)
    return _page(request, "invitation", invitation, done=gets_receipts(row))


@router.post("/{token}/")
async def agree(request: Request, token: str) -> Response:
    """The form has no fields."""
    await small_form(request)
    try:
        await confirm(database(), token)
    except InvitationOver:
        return _over(request)
    return _back(f"/recipients/{token}/")


@router.api_route("/{token}/stop/", methods=["GET", "HEAD"])
async def stop_page(request: Request, token: str) -> Response:
    """A button to stop with; afterwards, that nothing comes any more."""
    try:
        invitation = await _look_up(token)
    except InvitationOver:
        return _over(request)
    stopped = invitation.recipient.stopped_at is not None
    return _page(request, "stop", invitation, done=stopped)


@router.post("/{token}/stop/")
async def stop_receipts(request: Request, token: str) -> Response:
    """The form has no fields."""
    await small_form(request)
    try:
        await stop(database(), token)
    except InvitationOver:
        return _over(request)
    return _back(f"/recipients/{token}/stop/")


async def _look_up(token: str) -> Invitation:
    async with database().reading() as session:
        return await behind_link(session, token)


def _page(request: Request, name: str, invitation: Invitation, *, done: bool) -> Response:
    return render(
        f"{_TEMPLATES}/{name}.html",
        request,
        inviter=invitation.inviter,
        address=invitation.recipient.address,
        done=done,
    )


def _over(request: Request) -> Response:
    """The same for a link that is too old, was taken back, or never was one.

    It does not repeat its address, which may be anything, nor return there.
    """
    refused = InvitationOver()
    said = translate(requested_locale(request), refused.sentence)
    template = f"{_TEMPLATES}/over.html"
    return render(template, request, status=refused.status, sentence=said, here="/")


def _back(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})
