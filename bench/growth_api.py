"""The API's reads that `growth.py` times, a client without a network, and the plans behind them."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any, Final

import orjson
from sqlalchemy import BindParameter, Dialect, Select

from bench import world
from bench.plans import GROWING
from portal_app.api import limits
from portal_app.api.app import create_api
from portal_app.api.granting import access_parameters
from portal_app.api.listing import Shape
from portal_app.api.member_read import list_statement as list_members
from portal_app.api.membership_list import list_statement as list_memberships
from portal_app.api.membership_read import BY_ID
from portal_app.api.method_read import BY_ID as METHOD_BY_ID
from portal_app.api.method_read import MethodShape, list_methods
from portal_app.api.paging import Position, read_window
from portal_app.api.query import Query
from portal_app.api.setup_read import BY_ID as SETUP_BY_ID
from portal_app.api.setup_read import list_setups
from portal_app.catalog.policies import Policies
from portal_app.kit.db import Database
from portal_app.kit.limits import Limit

MEMBERSHIPS: Final = "/api/v1/memberships?first=25"
STATEMENTS: Final[dict[str, Select[Any]]] = {
    "retrieve": BY_ID.statement,
    "list": list_memberships(Shape()).statement,
    "list oldest first": list_memberships(Shape(descending=False)).statement,
    "list by status": list_memberships(Shape(buckets=1)).statement,
    "list by three statuses": list_memberships(Shape(buckets=3)).statement,
    "list by product": list_memberships(Shape(lead="product")).statement,
    "list by two products and status": list_memberships(
        Shape(lead="product", leads=2, buckets=2)
    ).statement,
    "list by plan": list_memberships(Shape(lead="plan")).statement,
    "list by plan and status": list_memberships(Shape(lead="plan", buckets=2)).statement,
    "list unclaimed": list_memberships(Shape(or_else="unclaimed")).statement,
    "list by user": list_memberships(Shape(holder="person", holders=1)).statement,
    "list by user and product": list_memberships(
        Shape(lead="product", holder="person", holders=1, buckets=1)
    ).statement,
    "list by member": list_memberships(Shape(holder="member", holders=1)).statement,
    "members": list_members(Shape()).statement,
    "members by status": list_members(Shape(buckets=2, holding="open")).statement,
    "members with access": list_members(Shape(access="granted")).statement,
    "members by user": list_members(Shape(holder="people", holders=2)).statement,
    "methods": list_methods(MethodShape()).statement,
    "methods, oldest first": list_methods(MethodShape(descending=False)).statement,
    "methods by kind and brand": list_methods(MethodShape(kinds=2, brands=1, fundings=1)).statement,
    "methods by member": list_methods(MethodShape(of_member=True)).statement,
    "method": METHOD_BY_ID.statement,
    "setups": list_setups(descending=True, by_status=False).statement,
    "setups by status": list_setups(descending=True, by_status=True).statement,
    "setup": SETUP_BY_ID.statement,
}


# A catalogue of some rows may well be read whole.
_SCAN: Final = re.compile(rf"\b(?:SCAN|Seq Scan on) (?:{'|'.join(sorted(GROWING))})\b")


class Client:
    """Calls the API as granian would, one request at a time; the limit counts and never refuses."""

    def __init__(self, key: str) -> None:
        self._app = create_api()
        self._headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {key}".encode())]
        limits.PER_OPERATION = Limit("api", 10**9, 60)  # type: ignore[misc]

    async def get(self, address: str) -> Any:  # noqa: ANN401 -- JSON
        """The answer's JSON; AssertionError unless it is a 200 with something in it."""
        path, _, query = address.partition("?")
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self._app(self._scope(path, query), receive, send)
        answer = orjson.loads(sent[1]["body"])
        assert sent[0]["status"] == 200, answer  # noqa: S101
        assert answer.get("data", True), f"nothing at {address}"  # noqa: S101
        return answer

    def _scope(self, path: str, query: str) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": self._headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }


def reads(size: int) -> dict[str, str]:
    """What is asked when there are *size* memberships; the deep page starts in their middle."""
    middle = size // 2 + 1
    claimed = middle if world.is_claimed(middle) else middle + 1
    created = world.NOW.timestamp() - middle
    deep = Position(world.NOW.fromtimestamp(created, world.NOW.tzinfo), f"mem_{middle}").cursor
    by = f"{MEMBERSHIPS}&product_ids=prod_0&product_ids=prod_3"
    return {
        "retrieve": f"/api/v1/memberships/mem_{middle}",
        "retrieve by member": f"/api/v1/memberships/mber_{middle}",
        "list": MEMBERSHIPS,
        "list, deep": f"{MEMBERSHIPS}&after={deep}",
        "list, backwards from there": f"{MEMBERSHIPS.replace('first', 'last')}&before={deep}",
        "list, oldest first": f"{MEMBERSHIPS}&direction=asc",
        "list by rare status": f"{MEMBERSHIPS}&status=past_due".replace("first=25", "first=1"),
        "list by three statuses": f"{MEMBERSHIPS}&statuses=canceled&statuses=active"
        "&statuses=canceling",
        "list by product": f"{MEMBERSHIPS}&product_id=prod_0",
        "list by two products and status": f"{by}&status=canceling",
        "list by plan and status": f"{MEMBERSHIPS}&plan_id=plan_0&status=active",
        "list unclaimed": f"{MEMBERSHIPS}&status=unclaimed",
        "list by user": f"{MEMBERSHIPS}&user_id=user_{claimed}",
        "list by member": f"{MEMBERSHIPS}&member_id=mber_{middle}",
        "list by time": f"{MEMBERSHIPS}&created_after=2026-11-16T09:20:00Z",
        "members": "/api/v1/members?first=25",
        "members with access": "/api/v1/members?first=25&access_level=customer",
        "members by user": f"/api/v1/members?first=25&user_ids=user_{claimed}",
    }


async def explain(database: Database, name: str) -> list[str]:
    """The plan of a statement, line by line, with parameters as a request would have them."""
    statement = STATEMENTS[name]
    window = read_window(Query([("first", "25")]))
    given = {**window.bounds, "company_id": world.COMPANY, "name": "mem_1", "id": "mber_1"}
    given |= access_parameters(Policies(), world.NOW)
    given |= {f"bucket{n}": bucket for n, bucket in enumerate(("past_due", "active", "canceled"))}
    given |= {"holder0": "user_1", "holder1": "cust_1"}
    lead = "plan" if "plan" in name else "prod" if "product" in name else ""
    given |= {f"lead{n}": f"{lead}_{n}" if lead else world.COMPANY for n in range(2)}
    async with database.engine.connect() as connection:
        compiled = statement.compile(dialect=connection.dialect)
        values = {
            key: _stored(bind, given.get(key, bind.value), connection.dialect)
            for key, bind in compiled.binds.items()
        }
        given_in_order: Any = values
        if compiled.positional:
            given_in_order = tuple(values[key] for key in compiled.positiontup or ())
        prefix = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        rows = await connection.exec_driver_sql(f"{prefix} {compiled}", given_in_order)
        return [str(row[-1]) for row in rows]


def _stored(bind: BindParameter[Any], value: object, dialect: Dialect) -> Any:  # noqa: ANN401
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return process(value) if process is not None else value


def full_scans(plan: list[str]) -> list[str]:
    """Lines that read a table that grows from one end to the other."""
    return [line.strip() for line in plan if _SCAN.search(line)]
