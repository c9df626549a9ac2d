"""The answer to a form or query of another shape, which repeats nothing of what was sent."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


async def malformed(_request: Request, error: RequestValidationError) -> Response:
    """FastAPI's own answer quotes the input, a secret perhaps; this one names the places."""
    places = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
    return PlainTextResponse(f"Missing or malformed: {', '.join(places)}.\n", 400)
