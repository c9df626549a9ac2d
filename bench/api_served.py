"""The two apps that `api_read.py` measures: the portal's API, and the same reads without it."""

from __future__ import annotations

import sqlite3

import orjson
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from portal_app import registry
from portal_app.api.app import create_api
from portal_app.api.keys import BY_DIGEST
from portal_app.api.membership_read import BY_ID
from portal_app.kit import db
from portal_app.kit.tokens import digest
from portal_app.settings import get_settings

assert registry  # noqa: S101 -- importing it maps every table


def portal() -> ASGIApp:
    db.install(db.Database(get_settings().database_url))
    return create_api()


def twin() -> ASGIApp:
    """Starlette, sqlite3 and orjson with the portal's SQL: no checks, no shape, no typed values."""
    path = db.Database(get_settings().database_url).url.database
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    connection.isolation_level = None
    secret_key = get_settings().secret_key
    key_sql, _ = _compiled(BY_DIGEST.statement)
    membership_sql, parameters = _compiled(BY_ID.statement)

    async def read(request: Request) -> Response:
        key = request.headers["authorization"].removeprefix("Bearer ")
        owner = connection.execute(key_sql, (digest(secret_key, key),)).fetchone()
        if owner is None:
            return Response(status_code=401)
        given = {"name": request.path_params["id"], "company_id": owner["company_id"]}
        values = [given.get(name, fixed) for name, fixed in parameters]
        row = connection.execute(membership_sql, values).fetchone()
        if row is None:
            return Response(status_code=404)
        return Response(orjson.dumps(dict(row)), media_type="application/json")

    return Starlette(routes=[Route("/api/v1/memberships/{id}", read)])


def _compiled(statement: Select[tuple[object, ...]]) -> tuple[str, list[tuple[str, object]]]:
    """SQLite text, and each parameter's name with the value it has when none is given."""
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    names = compiled.positiontup or []
    return str(compiled), [(name, compiled.binds[name].value) for name in names]
