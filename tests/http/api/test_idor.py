"""Every route × every kind of stranger × foreign ids, generated from the router.

A foreign id and an unknown one get the same status and the same bytes; a caller without authority
gets the same for both and for an id of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from portal_app.api.app import OPERATIONS, create_api
from portal_app.api.envelope import Envelope
from portal_app.api.keys import ALL_SCOPES, create_key, revoke_key
from portal_app.api.operations import Operation
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import NOW
from tests.http.api.conftest import World

PUBLIC = {"/api/v1/openapi.json", "/api/docs/", "/api/docs"}
PLACE = re.compile(r"\{(\w+)\}")


@dataclass
class Strangers:
    """Authorization headers, by what is wrong with them."""

    headers: dict[str, dict[str, str]]


def _names(operation: Operation, world: World) -> dict[str, list[str]]:
    """For each place in the path: an id of one's own, a foreign one and an unknown one."""
    own, foreign = world.own, world.foreign
    kinds = {
        "memberships": [own.membership.id, foreign.membership.id, "mem_unknown"],
        "members": [own.member.id, foreign.member.id, "mber_unknown"],
        "products": [own.plan.product_id, foreign.plan.product_id, "prod_unknown"],
        "plans": [own.plan.id, foreign.plan.id, "plan_unknown"],
        "variants": [own.plan.id, foreign.plan.id, "plan_unknown"],
        "users": [str(own.member.person_id), str(foreign.member.person_id), "user_unknown"],
    }
    resource = [own.plan.product_id, foreign.plan.product_id, "prod_unknown"]
    return {"id": kinds[operation.path.split("/")[1]], "resource_id": resource}


def _paths(operation: Operation, world: World) -> list[str]:
    """The path three times: with own ids, foreign ones, unknown ones (once without a place)."""
    if "{" not in operation.path:
        return [operation.address]
    names = _names(operation, world)
    return [
        PLACE.sub(lambda place, kind=kind: names[place[1]][kind], operation.address)  # type: ignore[misc]
        for kind in range(3)
    ]


@pytest.fixture
async def strangers(world: World, db: Database, clocks: Clocks) -> Strangers:
    common: dict[str, Any] = {"company_id": world.company_id, "name": "t", "now": NOW}
    async with db.unit_of_work() as session:
        revoked, revoked_text = await create_key(session, scopes=ALL_SCOPES, **common)
        await revoke_key(session, company_id=world.company_id, key_id=revoked.id, now=NOW)
        _, expired = await create_key(
            session, scopes=ALL_SCOPES, expires_at=NOW + timedelta(seconds=1), **common
        )
    clocks.wall.advance(timedelta(seconds=1))
    keys = {"revoked": revoked_text, "expired": expired, "wrong scope": world.manage_only_key}
    bearers = {kind: {"Authorization": f"Bearer {key}"} for kind, key in keys.items()}
    return Strangers({"anonymous": {}, "nonsense": {"Authorization": "Bearer x"}, **bearers})


@pytest.fixture
async def bare(world: World) -> Any:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_api()), base_url="http://portal.test"
    ) as client:
        yield client


def test_the_matrix_knows_every_route() -> None:
    api = create_api()
    assert isinstance(api, Envelope)
    served = {route.path for route in api.app.routes if isinstance(route, Route)}  # type: ignore[attr-defined]
    assert served == {operation.address for operation in OPERATIONS} | PUBLIC
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


async def test_strangers_learn_nothing(
    bare: httpx.AsyncClient, world: World, strangers: Strangers
) -> None:
    for operation, (kind, headers) in product(OPERATIONS, strangers.headers.items()):
        replies = [await bare.get(path, headers=headers) for path in _paths(operation, world)]
        status = 403 if kind == "wrong scope" else 401
        assert {reply.status_code for reply in replies} == {status}, (operation.name, kind)
        assert len({reply.content for reply in replies}) == 1, (operation.name, kind)


async def test_nothing_is_changed_by_reading_routes(bare: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    for operation, method in product(OPERATIONS, ("POST", "PUT", "PATCH", "DELETE")):
        reply = await bare.request(method, _paths(operation, world)[0], headers=headers)
        assert reply.status_code == 405, (operation.name, method)


async def test_foreign_is_unknown(bare: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    other = {"Authorization": f"Bearer {world.foreign_key}"}
    for operation in (one for one in OPERATIONS if "{" in one.path):
        own, foreign, unknown = [
            await bare.get(path, headers=headers) for path in _paths(operation, world)
        ]
        assert own.status_code == 200, operation.name
        assert (foreign.status_code, foreign.content) == (404, unknown.content), operation.name
        theirs = [await bare.get(path, headers=other) for path in _paths(operation, world)]
        assert [reply.status_code for reply in theirs] == [404, 200, 404], operation.name


@pytest.mark.parametrize(
    "operation",
    [operation for operation in OPERATIONS if operation.listing],
    ids=lambda operation: operation.name,
)
async def test_lists_never_show_what_is_foreign(
    bare: httpx.AsyncClient, world: World, operation: Operation
) -> None:
    """Not by themselves, and not when a filter names something of the other company."""
    headers = {"Authorization": f"Bearer {world.key}"}
    foreign = world.foreign
    ids = (foreign.membership.id, foreign.member.id, foreign.plan.id, foreign.plan.product_id)
    names = (*ids, str(foreign.member.person_id), "biz_lumen", "ben@example.com")
    plain = await bare.get(operation.address, headers=headers, params={"first": 100})
    assert plain.json()["data"]
    assert not any(name in plain.text for name in names)
    for parameter in operation.parameters:
        if parameter.choices or parameter.kind != "string":
            continue
        for name in names:
            reply = await bare.get(
                operation.address, headers=headers, params={parameter.name: name}
            )
            unknown = await bare.get(
                operation.address, headers=headers, params={parameter.name: "unknown"}
            )
            assert (reply.status_code, reply.content) == (unknown.status_code, unknown.content)


async def test_access_to_a_foreign_resource_is_not_found_for_anybody(
    bare: httpx.AsyncClient, world: World
) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    own = str(world.own.member.person_id)
    resources = ("biz_lumen", world.foreign.plan.product_id, "biz_unknown", "exp_1", "me", "prod_")
    replies = [
        await bare.get(f"/api/v1/users/{own}/access/{resource}", headers=headers)
        for resource in resources
    ]
    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.content for reply in replies}) == 1
    people = [str(world.foreign.member.person_id), "user_unknown", "me", "a b"]
    strangers = [
        await bare.get(f"/api/v1/users/{one}/access/{world.company_id}", headers=headers)
        for one in people
    ]
    assert {reply.status_code for reply in strangers} == {200}
    assert {reply.content for reply in strangers} == {
        b'{"has_access":false,"access_level":"no_access"}'
    }
