"""Uploads of the brand studio, and the theme as a file: forms that the browser sends itself."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from portal_app.branding import publishing, theme_file
from portal_app.branding.images import LARGEST_FILE, drawn_anew
from portal_app.catalog.creators import creator_at
from portal_app.identity.actor import CompanyCreator
from portal_app.identity.sessions import find_actor
from portal_app.kit.db import database
from portal_app.kit.errors import InvalidInput, PortalError
from portal_app.settings import get_settings
from portal_app.studio.errors import NoSuchPage
from portal_app.ui.catalogue import translate
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.server_pages import render

router = APIRouter(prefix="/studio/brand", include_in_schema=False)
# Of a form around one file.
_ROOM: Final = 4_096
_KINDS: Final = frozenset({"logo", "logo_dark"})


@router.post("/logo/{kind}/")
async def upload_logo(request: Request, kind: str, company: str = "") -> Response:
    """A picture for the header; it goes into the draft."""
    try:
        creator = await _creator(request, company)
        if kind not in _KINDS:
            raise NoSuchPage
        uploaded = await _file(request, LARGEST_FILE)
        picture = await asyncio.to_thread(drawn_anew, uploaded)
        async with database().unit_of_work() as session:
            await publishing.keep_picture(session, creator, picture, dark=kind == "logo_dark")
    except PortalError as refusal:
        return _refused(request, refusal)
    return _back(company)


@router.post("/theme/")
async def upload_theme(request: Request, company: str = "") -> Response:
    """A theme file becomes the draft; pictures stay."""
    try:
        creator = await _creator(request, company)
        brand = theme_file.read(await _file(request, theme_file.LARGEST_FILE))
        async with database().unit_of_work() as session:
            now = (await publishing.workshop(session, creator)).brand
            whole = brand.model_copy(update={"logo": now.logo, "logo_dark": now.logo_dark})
            await publishing.keep_draft(session, creator, whole)
    except PortalError as refusal:
        return _refused(request, refusal)
    return _back(company)


@router.api_route("/theme.json", methods=["GET", "HEAD"])
async def download_theme(request: Request, company: str = "") -> Response:
    """The draft, or what holds, as a theme file."""
    try:
        creator = await _creator(request, company)
        async with database().reading() as session:
            found = await publishing.workshop(session, creator)
    except PortalError as refusal:
        return _refused(request, refusal)
    headers = {"Content-Disposition": 'attachment; filename="theme.json"'}
    text = theme_file.written(found.brand, get_settings().origin)
    return Response(text, media_type="application/json", headers=headers)


async def _creator(request: Request, company_id: str) -> CompanyCreator:
    """Raises NoSuchPage for strangers, signed in or not, whichever company they name."""
    actor = await find_actor(request.headers.get("cookie", ""))
    creator = await creator_at(actor, company_id) if actor else None
    if creator is None:
        raise NoSuchPage
    return creator


async def _file(request: Request, most: int) -> bytes:
    """The one file of the form; raises InvalidInput (411, 413) before more than that is read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise InvalidInput("That form does not say how long it is.", status=411)
    if int(length) > most + _ROOM:
        raise InvalidInput("That file is too large.", status=413)
    async with request.form(max_files=1, max_fields=4) as form:
        given = form.get("file")
        return await given.read() if isinstance(given, UploadFile) else b""


def _back(company_id: str) -> Response:
    return RedirectResponse(_address(company_id), 303)


def _address(company_id: str) -> str:
    return f"/studio/brand/?{urlencode({'company': company_id})}"


def _refused(request: Request, refusal: PortalError) -> Response:
    back = _address(request.query_params.get("company", ""))
    return render(
        "studio/brand/templates/refused.html",
        request,
        status=refusal.status,
        sentence=translate(requested_locale(request), refusal.sentence),
        back=back,
        # The language form's way back too: nobody can open the path of an upload.
        here=back,
    )
