"""The API's description: the OpenAPI document, and a page for people made from the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal_app.api.openapi import openapi_document
from portal_app.api.operations import Operation
from portal_app.api.reference import sections
from portal_app.ui.server_pages import render

DOCUMENT: Final = "/api/v1/openapi.json"
REFERENCE: Final = "/api/docs/"
Endpoint = Callable[[Request], Awaitable[Response]]


def described(api: FastAPI, operations: Iterable[Operation]) -> Mapping[str, Endpoint]:
    """The addresses that describe the API, and what answers there; anybody may read them."""
    document = openapi_document(api, operations)
    body, content = orjson.dumps(document), sections(document)

    async def as_json(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    async def as_page(request: Request) -> Response:
        return render("api/templates/reference.html", request, sections=content, source=DOCUMENT)

    async def to_page(_request: Request) -> Response:
        return RedirectResponse(REFERENCE, 308)

    return {DOCUMENT: as_json, REFERENCE: as_page, REFERENCE.rstrip("/"): to_page}
