"""One GET of the API as data: where it is, who may call it, what it answers, how it is described.

Each is served by a plain Starlette route, as FastAPI's own would halve the rate (design.md §6,
HTTP); the OpenAPI document and the tests of who may call what are made from the same entries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from portal_app.api.auth import Caller, authenticate
from portal_app.api.limits import admit
from portal_app.api.query import Parameter, Query
from portal_app.api.versions import requested_version

BASE: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    caller: Caller
    path: Mapping[str, str]
    query: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """*name* is its OpenAPI id and what the rate limit counts by; *path* stands below `BASE`.

    *returns* is a shape, or the shape of a list's items when *listing*.
    """

    name: str
    path: str
    scope: str
    summary: str
    answer: Callable[[Call], Awaitable[Mapping[str, Any]]]
    returns: type
    listing: bool = False
    parameters: tuple[Parameter, ...] = ()
    says: str = ""

    @property
    def address(self) -> str:
        return f"{BASE}{self.path}"

    async def serve(self, request: Request) -> Response:
        """Let the caller in and answer.

        Raises Unauthorized, InvalidInput (garbage version or parameter), TooManyRequests,
        NotAllowed (scope) and NotFound; unknown and somebody else's are alike.
        """
        caller = await authenticate(request)
        requested_version(request)
        await admit(caller.key_id, self.name)
        caller.require(self.scope)
        asked = request.scope["query_string"]
        query = Query(request.query_params.multi_items() if asked else ())
        answer = await self.answer(Call(caller, request.path_params, query))
        return Response(orjson.dumps(answer), media_type="application/json")
