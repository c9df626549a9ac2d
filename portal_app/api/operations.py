"""One operation of the API as data: where it is, who may call it, what it answers, what it says.

Each is served by a plain Starlette route, as FastAPI's own would halve the rate (design.md §6,
HTTP); the OpenAPI document and the tests of who may call what are made from the same entries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from portal_app.api import idempotency
from portal_app.api.auth import Caller, authenticate
from portal_app.api.body import Body, Field, read_bytes, read_object
from portal_app.api.limits import admit
from portal_app.api.query import Parameter, Query
from portal_app.api.versions import ApiVersion, requested_version

BASE: Final = "/api/v1"
Endpoint = Callable[[Request], Awaitable[Response]]


def _as_it_is(answer: Any) -> Any:  # noqa: ANN401 -- JSON
    return answer


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in; *body* is that of a write, *version* None without its header."""

    caller: Caller
    path: Mapping[str, str]
    query: Query
    body: Body = field(default_factory=lambda: Body((), {}))
    version: ApiVersion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """*name* is its OpenAPI id and what the rate limit counts by; *path* stands below `BASE`.

    *returns* is a shape, or the shape of a list's items when *listing*. *credential* lets in
    whoever proves something else than a key. *reveal* adds what no table may hold (a secret) to an
    answer before it is sent. What is not *replayed* is done anew for the same Idempotency-Key.
    """

    name: str
    path: str
    scope: str
    summary: str
    answer: Callable[[Call], Awaitable[Any]]
    returns: Any
    method: str = "GET"
    status: int = 200
    listing: bool = False
    parameters: tuple[Parameter, ...] = ()
    fields: tuple[Field, ...] = ()
    says: str = ""
    credential: Callable[[Request], Awaitable[Caller]] | None = None
    reveal: Callable[[Any], Any] = _as_it_is
    replayed: bool = True

    @property
    def address(self) -> str:
        return f"{BASE}{self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    async def serve(self, request: Request) -> Response:
        """Let the caller in and answer.

        Raises Unauthorized, InvalidInput (garbage version, parameter or body), TooManyRequests,
        NotAllowed (scope) and NotFound; unknown and somebody else's are alike. Writes raise as
        `idempotency.once` besides.
        """
        caller = await (authenticate if self.credential is None else self.credential)(request)
        version = requested_version(request)
        await admit(caller.key_id, self.name)
        caller.require(self.scope)
        asked = request.scope["query_string"]
        query = Query(request.query_params.multi_items() if asked else ())
        if self.writes:
            return await self._write(request, Call(caller, request.path_params, query), version)
        answer = await self.answer(Call(caller, request.path_params, query))
        return self._response(answer)

    async def _write(self, request: Request, let_in: Call, version: ApiVersion | None) -> Response:
        sent = await read_bytes(request)
        call = replace(let_in, body=Body(self.fields, read_object(sent)), version=version)
        for field_ in self.fields:
            if field_.scope and call.body.has(field_):
                call.caller.require(field_.scope)
        if not self.replayed:
            return self._response(await self.answer(call))
        target = (self.method, request.url.path, request.url.query)
        asked = idempotency.Asked.of(request, call.caller.key_id, target, sent)
        answer, repeated = await idempotency.once(asked, lambda: self.answer(call))
        return self._response(answer, {"Idempotent-Replayed": "true"} if repeated else {})

    def _response(self, answer: Any, headers: Mapping[str, str] = {}) -> Response:  # noqa: ANN401 -- JSON; never changed
        content = orjson.dumps(self.reveal(answer))
        return Response(content, self.status, dict(headers), media_type="application/json")


def by_address(operations: Iterable[Operation]) -> dict[str, dict[str, Operation]]:
    """Operations by address and method: one route each, so that a 405 names all that is allowed."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        found.setdefault(operation.address, {})[operation.method] = operation
    return found


def serving(methods: Mapping[str, Operation]) -> Endpoint:
    """What answers at an address of these *methods*."""
    if len(methods) == 1:
        return next(iter(methods.values())).serve

    async def serve(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await methods[method].serve(request)

    return serve
