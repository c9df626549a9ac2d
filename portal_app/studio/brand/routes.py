"""Uploads of the brand studio, and the theme as a file: forms that the browser sends itself."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_app.branding import publishing, theme_file
from portal_app.branding.images import LARGEST_FILE, drawn_anew
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.settings import get_settings
from portal_app.studio.errors import NoSuchPage
from portal_app.studio.files import back_to, creator_of, download, refused, uploaded

router = APIRouter(prefix="/studio/brand", include_in_schema=False)
_ROOM: Final = "brand"
_KINDS: Final = frozenset({"logo", "logo_dark"})


@router.post("/logo/{kind}/")
async def upload_logo(request: Request, kind: str, company: str = "") -> Response:
    """A picture for the header; it goes into the draft."""
    try:
        creator = await creator_of(request, company)
        if kind not in _KINDS:
            raise NoSuchPage
        file = await uploaded(request, LARGEST_FILE)
        picture = await asyncio.to_thread(drawn_anew, file.content)
        async with database().unit_of_work() as session:
            await publishing.expect_brand(session, creator, file.seen)
            await publishing.keep_picture(session, creator, picture, dark=kind == "logo_dark")
    except PortalError as refusal:
        return refused(request, refusal, _ROOM)
    return back_to(_ROOM, company)


@router.post("/theme/")
async def upload_theme(request: Request, company: str = "") -> Response:
    """A theme file becomes the draft; pictures stay."""
    try:
        creator = await creator_of(request, company)
        file = await uploaded(request, theme_file.LARGEST_FILE)
        brand = theme_file.read(file.content)
        async with database().unit_of_work() as session:
            await publishing.expect_brand(session, creator, file.seen)
            now = (await publishing.workshop(session, creator)).brand
            whole = brand.model_copy(update={"logo": now.logo, "logo_dark": now.logo_dark})
            await publishing.keep_draft(session, creator, whole)
    except PortalError as refusal:
        return refused(request, refusal, _ROOM)
    return back_to(_ROOM, company)


@router.api_route("/theme.json", methods=["GET", "HEAD"])
async def download_theme(request: Request, company: str = "") -> Response:
    """The draft, or what holds, as a theme file."""
    try:
        creator = await creator_of(request, company)
        async with database().reading() as session:
            found = await publishing.workshop(session, creator)
    except PortalError as refusal:
        return refused(request, refusal, _ROOM)
    return download(theme_file.written(found.brand, get_settings().origin), "theme.json")
