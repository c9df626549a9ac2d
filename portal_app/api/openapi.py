"""The OpenAPI document, made from the entries that the routes are made from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter

from portal_app.api.body import Field
from portal_app.api.errors import TYPES
from portal_app.api.idempotency import HEADER as KEY_HEADER
from portal_app.api.idempotency import LONGEST as LONGEST_KEY
from portal_app.api.operations import Operation, by_address
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
    409: "As things stand it can't be done; `code` says why.",
    422: "The Idempotency-Key was used for another request.",
    429: "Over 600 requests a minute for this operation and key; see `Retry-After`.",
    503: "The payment provider does not answer; `code` says whether the change is kept.",
}
_OF_WRITES: Final = (409, 422, 503)
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
_KEY: Final[Json] = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within a day, a request that succeeded happens "
    "once and is answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
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
    returned, schemas = _schemas(entries)
    document["paths"] = document.get("paths", {}) | {
        address: {
            method.lower(): _operation(entry, returned[entry.name])
            for method, entry in methods.items()
        }
        for address, methods in by_address(entries).items()
    }
    components = document.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | schemas
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return document


def _operation(entry: Operation, returned: Json) -> Json:
    parameters = [_path_parameter(name) for name in _PLACE.findall(entry.path)]
    parameters += [_query_parameter(one) for one in entry.parameters]
    parameters += [_KEY, _VERSION] if entry.writes else [_VERSION]
    answers = {
        str(status): _answer(why, {"$ref": f"{_REFERENCE}Error"})
        for status, why in _REFUSALS.items()
        if _may_answer(entry, status)
    }
    described = {
        "operationId": entry.name,
        "tags": [entry.path.split("/")[1]],
        "summary": entry.summary,
        "description": f"{entry.says} Scope: `{entry.scope}`.".strip(),
        "security": [{"key": [entry.scope]}],
        "parameters": parameters,
        "responses": {
            str(entry.status): _answer("What was asked for.", _returned(entry, returned)),
            **answers,
        },
    }
    if entry.fields:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _sent(entry)}},
        }
    return described


def _may_answer(entry: Operation, status: int) -> bool:
    if status == 404:  # noqa: PLR2004
        return "{" in entry.path or entry.writes
    return entry.writes or status not in _OF_WRITES


def _sent(entry: Operation) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in entry.fields if field.required],
        "properties": {field.name: _field(field) for field in entry.fields},
    }


def _field(field: Field) -> Json:
    schema: Json = {"type": "string", "description": field.says}
    if field.kind == "boolean":
        schema["type"] = "boolean"
    if field.kind == "date-time":
        schema["format"] = "date-time"
    if field.kind == "integer":
        schema |= {"type": "integer", "minimum": field.least, "maximum": field.most}
    if field.kind == "map":
        schema |= {"type": "object", "additionalProperties": {"type": "string"}}
    if field.choices:
        schema["enum"] = list(field.choices)
    return schema


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _returned(entry: Operation, one: Json) -> Json:
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


def _schemas(entries: tuple[Operation, ...]) -> tuple[dict[str, Json], dict[str, Json]]:
    """What each operation returns (one item of a list), and every shape that these refer to."""
    shapes: list[tuple[str, Any]] = [(entry.name, entry.returns) for entry in entries]
    schemas, defined = TypeAdapter.json_schemas(
        [
            (name, "serialization", TypeAdapter(shape))
            for name, shape in (*shapes, (PageInfo.__name__, PageInfo))
        ],
        ref_template=f"{_REFERENCE}{{model}}",
    )
    returned = {str(name): dict(schema) for (name, _mode), schema in schemas.items()}
    return returned, {**defined.get("$defs", {}), "Error": _ERROR}
