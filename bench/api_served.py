"""The apps that `api_read.py` measures: the portal's API, and the same reads without it.

`raw` is what the database and JSON cost alone, `naive` and `joined` are how such an API is usually
written (`api_naive.py`), `bare` is what server and client cost without any work.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import orjson
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bench import api_naive
from portal_app import registry
from portal_app.api.app import create_api
from portal_app.api.keys import BY_DIGEST
from portal_app.api.listing import Shape
from portal_app.api.membership_list import list_statement
from portal_app.api.membership_read import BY_ID
from portal_app.api.paging import Window, read_window
from portal_app.api.query import Query
from portal_app.kit import db
from portal_app.kit.tokens import digest
from portal_app.settings import get_settings

assert registry  # noqa: S101 -- importing it maps every table
LIST: Final = "/api/v1/memberships"
SIZE: Final = 25
Row = dict[str, Any]
Run = Callable[[Row], list[Row]]


def portal() -> ASGIApp:
    db.install(db.Database(get_settings().database_url))
    return create_api()


def naive() -> ASGIApp:
    return api_naive.create(join=False)


def joined() -> ASGIApp:
    return api_naive.create(join=True)


def bare() -> ASGIApp:
    """Constant bytes, as many as one membership has."""
    body = orjson.dumps({"data": "x" * 1200})
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-length", str(len(body)).encode())],
    }

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send(start)
            await send({"type": "http.response.body", "body": body})

    return app


def raw() -> ASGIApp:
    """Starlette, sqlite3 and orjson with the portal's SQL: no checks, no shape, no typed values."""
    path = db.Database(get_settings().database_url).url.database
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.isolation_level = None
    owner, one, several = (
        _prepared(connection, statement)
        for statement in (BY_DIGEST.statement, BY_ID.statement, list_statement(Shape()).statement)
    )
    secret_key = get_settings().secret_key
    bounds = _stored(read_window(Query([("first", str(SIZE))])))

    def company_of(request: Request) -> str:
        key = request.headers["authorization"].removeprefix("Bearer ")
        return str(owner({"digest": digest(secret_key, key)})[0]["company_id"])

    async def retrieve(request: Request) -> Response:
        given = {"name": request.path_params["id"], "company_id": company_of(request)}
        return _answer(one(given)[0])

    async def listing(request: Request) -> Response:
        rows = several({**bounds, "lead0": company_of(request)})
        return _answer(rows[:SIZE])

    return Starlette(routes=[Route(LIST, listing), Route(f"{LIST}/{{id}}", retrieve)])


def _answer(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


def _stored(window: Window) -> dict[str, object]:
    """The bounds as SQLite stores times."""
    return {
        name: value.strftime("%Y-%m-%d %H:%M:%S.%f").zfill(26) if name.endswith("_at") else value
        for name, value in window.bounds.items()
    }


def _prepared(connection: sqlite3.Connection, statement: Select[Any]) -> Run:
    """*statement* as SQLite text; a parameter that is not given has the statement's own value."""
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    names = [(name, compiled.binds[name].value) for name in compiled.positiontup or ()]
    text = str(compiled)

    labels = [column.key for column in statement.selected_columns]

    def run(given: Row) -> list[Row]:
        found = connection.execute(text, [given.get(name, own) for name, own in names])
        return [dict(zip(labels, row, strict=True)) for row in found]

    return run
