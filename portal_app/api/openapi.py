"""The OpenAPI document, made from the entries that the routes are made from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter

from portal_app.api.errors import TYPES
from portal_app.api.operations import Operation
from portal_app.api.query import Parameter
from portal_app.api.shapes import PageInfo
from portal_app.api.versions import HEADER, SERVED

Json = dict[str, Any]
_REFERENCE: Final = "#/components/schemas/"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_REFUSALS: Final = {
    400: "Something in the request is malformed; `code` says what.",
    401: "No usable key.",
    403: "The key lacks the scope.",
    404: "Unknown, or another company's.",
    429: "Over 600 requests a minute for this operation and key; see `Retry-After`.",
}
_ERROR: Final[Json] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {
                "type": {"type": "string", "enum": [TYPES[status] for status in _REFUSALS]},
                "message": {"type": "string"},
                "code": {"type": "string"},
            },
        }
    },
}
_VERSION: Final[Json] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": f"Every date is served as {SERVED} is.",
    "schema": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(-\d{1,3})?$"},
}


def openapi_document(api: FastAPI, operations: Iterable[Operation]) -> Json:
    """*operations*, and whatever routes FastAPI itself knows of in *api*."""
    entries = tuple(operations)
    document: Json = dict(api.openapi())
    document["info"] = {
        "title": "Billing portal",
        "version": SERVED,
        "description": "The dialect of whop-sdk 2.6.0. Send `Authorization: Bearer <key>`.",
    }
    document["paths"] = document.get("paths", {}) | {
        entry.address: {"get": _operation(entry)} for entry in entries
    }
    components = document.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | _schemas(entries)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return document


def _operation(entry: Operation) -> Json:
    parameters = [_path_parameter(name) for name in _PLACE.findall(entry.path)]
    parameters += [_query_parameter(one) for one in entry.parameters]
    answers = {
        str(status): _answer(why, {"$ref": f"{_REFERENCE}Error"})
        for status, why in _REFUSALS.items()
        if status != 404 or "{" in entry.path  # noqa: PLR2004
    }
    return {
        "operationId": entry.name,
        "tags": [entry.path.split("/")[1]],
        "summary": entry.summary,
        "description": f"{entry.says} Scope: `{entry.scope}`.".strip(),
        "security": [{"key": [entry.scope]}],
        "parameters": [*parameters, _VERSION],
        "responses": {"200": _answer("What was asked for.", _returned(entry)), **answers},
    }


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _returned(entry: Operation) -> Json:
    one = {"$ref": f"{_REFERENCE}{entry.returns.__name__}"}
    if not entry.listing:
        return one
    return {
        "type": "object",
        "required": ["data", "page_info"],
        "properties": {
            "data": {"type": "array", "items": one},
            "page_info": {"$ref": f"{_REFERENCE}{PageInfo.__name__}"},
        },
    }


def _path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameter(parameter: Parameter) -> Json:
    one: Json = {"type": parameter.kind}
    if parameter.kind == "date-time":
        one = {"type": "string", "format": "date-time"}
    if parameter.choices:
        one["enum"] = list(parameter.choices)
    also = f" Also as {', '.join(parameter.also)}." if parameter.also else ""
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": f"{parameter.says}{also}",
        "schema": {"type": "array", "items": one} if parameter.many else one,
    }


def _schemas(entries: tuple[Operation, ...]) -> Json:
    shapes = dict.fromkeys((*(entry.returns for entry in entries), PageInfo))
    _, defined = TypeAdapter.json_schemas(
        [(shape, "serialization", TypeAdapter(shape)) for shape in shapes],
        ref_template=f"{_REFERENCE}{{model}}",
    )
    return {**defined.get("$defs", {}), "Error": _ERROR}
