"""The one error body of the REST API: `{"error": {"type", "message", "code"?}}`."""

from __future__ import annotations

from typing import Final

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from portal_app.kit.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    PortalError,
    TooManyRequests,
    Unauthorized,
)

REQUEST_ID: Final = "portal.request_id"  # its key in the ASGI scope
TYPES: Final = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    422: "unprocessable_entity",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}
_SAID_BY_TYPE: Final = frozenset(
    kind.code
    for kind in (
        *(PortalError, Conflict, InvalidInput, NotAllowed, NotFound),
        *(TooManyRequests, Unauthorized),
    )
)
_SENTENCES: Final = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}


def error_response(
    status: int, message: str, *, code: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    error = {"type": TYPES.get(status, "server_error"), "message": message}
    if code:
        error["code"] = code
    return Response(
        orjson.dumps({"error": error}), status, headers=headers, media_type="application/json"
    )


async def portal_error(_request: Request, error: PortalError) -> Response:
    """A refusal of ours; `code` only when it says more than the type."""
    headers: dict[str, str] = {}
    if error.status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = "Bearer"  # RFC 9110, 11.6.1
    if error.status == 409:  # noqa: PLR2004
        headers["x-should-retry"] = "false"  # every Whop SDK repeats a 409 otherwise
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after)
    code = None if error.code in _SAID_BY_TYPE else error.code
    return error_response(error.status, error.sentence, code=code, headers=headers)


async def http_error(_request: Request, error: HTTPException) -> Response:
    """What routing raises: no such address, wrong method."""
    message = _SENTENCES.get(error.status_code, "This request can't be answered.")
    return error_response(error.status_code, message, headers=dict(error.headers or {}))


async def malformed(_request: Request, error: RequestValidationError) -> Response:
    """A query or body that fails its declaration; says where, repeats nothing that was sent."""
    places = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
    return error_response(400, f"Missing or malformed: {', '.join(places)}.")


async def fault(request: Request, _error: Exception) -> Response:
    """All a caller learns of a fault of ours; the log has the rest under the same id."""
    return error_response(500, f"Something went wrong on our side ({request.scope[REQUEST_ID]}).")
