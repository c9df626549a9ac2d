"""What anybody may read of brands: the page that links to it decides who learns of it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from portal_app.branding.repository import IMAGE
from portal_app.branding.service import sheet_at
from portal_app.branding.theme_file import SCHEMA_PATH, schema_text
from portal_app.kit.db import database

FOREVER: Final = "public, max-age=31536000, immutable"
SHORT: Final = "public, max-age=60"
router = APIRouter()


@router.api_route("/brand/{company_id}.css", methods=["GET", "HEAD"], include_in_schema=False)
async def brand_stylesheet(company_id: str, request: Request, v: str = "") -> Response:
    """The stylesheet of a company's id or route, for ever under its version, else for a minute.

    An old or invented `?v=` still gets today's sheet, which must not be kept under that address.
    """
    sheet = await sheet_at(company_id)
    if sheet is None:
        return Response("There is no such stylesheet.\n", 404, media_type="text/plain")
    headers = {
        "Cache-Control": FOREVER if v == sheet.version else SHORT,
        "ETag": f'"{sheet.version}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(sheet.css, media_type="text/css", headers=headers)


@router.api_route("/brand/images/{name}.png", methods=["GET", "HEAD"], include_in_schema=False)
async def brand_image(name: str) -> Response:
    """A picture by its digest, which is never another's: for ever."""
    row = await database().read_one(IMAGE, {"name": name})
    if row is None:
        return Response("There is no such picture.\n", 404, media_type="text/plain")
    content = bytes(row["content"])
    return Response(content, media_type="image/png", headers={"Cache-Control": FOREVER})


@router.api_route(SCHEMA_PATH, methods=["GET", "HEAD"], include_in_schema=False)
async def theme_schema() -> Response:
    headers = {"Cache-Control": SHORT}
    return Response(schema_text(), media_type="application/schema+json", headers=headers)
