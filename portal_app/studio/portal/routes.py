"""The portal's policies as a file: forms that the browser sends itself, and the schema."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.settings import get_settings
from portal_app.studio.files import back_to, creator_of, download, refused, uploaded
from portal_app.studio.portal import policy_file, service
from portal_app.studio.portal.policy_schema import schema_text

router = APIRouter(include_in_schema=False)
_ROOM: Final = "portal"
_READ: Final = ["GET", "HEAD"]


@router.post("/studio/portal/file/")
async def upload_policies(request: Request, company: str = "") -> Response:
    """A file becomes the draft, as a whole."""
    try:
        creator = await creator_of(request, company)
        file = await uploaded(request, policy_file.LARGEST_FILE)
        async with database().unit_of_work() as session:
            sold = await service.on_sale(session, creator)
            body = policy_file.read(file.content, sold)
            await service.expect_policies(session, creator, file.seen)
            await service.keep_policies(session, creator, body)
    except PortalError as refusal:
        return refused(request, refusal, _ROOM)
    return back_to(_ROOM, company)


@router.api_route("/studio/portal/portal.json", methods=_READ)
async def download_policies(request: Request, company: str = "") -> Response:
    """The draft, or what holds."""
    try:
        creator = await creator_of(request, company)
        async with database().reading() as session:
            found = await service.policy_workshop(session, creator)
    except PortalError as refusal:
        return refused(request, refusal, _ROOM)
    return download(policy_file.written(found.body, get_settings().origin), "portal.json")


@router.api_route(policy_file.SCHEMA_PATH, methods=_READ)
async def policy_schema() -> Response:
    headers = {"Cache-Control": "public, max-age=60"}
    return Response(schema_text(), media_type="application/schema+json", headers=headers)
