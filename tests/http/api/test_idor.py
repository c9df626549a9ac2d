"""Every route × every kind of stranger × foreign ids, generated from the router.

A foreign id and an unknown one get the same status and the same bytes; a caller without authority
gets the same for both and for an id of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, cast

import httpx
import pytest
from starlette.routing import Route

from portal_app.api.app import OPERATIONS, create_api
from portal_app.api.envelope import Envelope
from portal_app.api.keys import ALL_SCOPES, READ_SCOPES, create_key, revoke_key
from portal_app.api.operations import Operation, by_address
from portal_app.api.setup_return import RETURN
from portal_app.api.setup_secret import secret_of
from portal_app.kit.db import Database
from portal_app.provider import current
from portal_app.provider.writing import PaymentWriter
from tests.conftest import Clocks
from tests.factories import NOW
from tests.http.api.conftest import World

PUBLIC = {"/api/v1/openapi.json", "/api/docs/", "/api/docs", RETURN}
READS = [operation for operation in OPERATIONS if not operation.writes]
WRITES = [operation for operation in OPERATIONS if operation.writes]
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
        "payment_methods": [*world.methods, "payt_unknown"],
        "setup_intents": [*world.setups, "sint_unknown"],
        "payments": [*world.payments, "pay_unknown"],
        "invoices": [*world.invoices, "inv_unknown"],
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
    # Whoever is refused must be refused before the provider is asked: this one knows nothing.
    current.install(cast("PaymentWriter", object()))
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
        replies = [
            await bare.request(operation.method, path, headers=headers)
            for path in _paths(operation, world)
        ]
        status = 403 if kind == "wrong scope" else 401
        assert {reply.status_code for reply in replies} == {status}, (operation.name, kind)
        assert len({reply.content for reply in replies}) == 1, (operation.name, kind)


async def test_what_is_no_operation_is_no_method(bare: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    for methods in by_address(OPERATIONS).values():
        path = _paths(next(iter(methods.values())), world)[0]
        for method in {"POST", "PUT", "PATCH", "DELETE"} - methods.keys():
            reply = await bare.request(method, path, headers=headers)
            assert reply.status_code == 405, (path, method)
            assert methods.keys() <= set(reply.headers["allow"].split(", "))


async def test_a_key_that_reads_changes_nothing(bare: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.readonly_key}"}
    for operation in (one for one in WRITES if one.scope not in READ_SCOPES):
        replies = [
            await bare.request(operation.method, path, headers=headers, json={})
            for path in _paths(operation, world)
        ]
        assert {reply.status_code for reply in replies} == {403}, operation.name
        assert len({reply.content for reply in replies}) == 1


BODIES: dict[str, dict[str, Any]] = {
    "updateMembership": {"payment_method_id": "payt_unknown"},
    "applyPromoCodeMembership": {"promo_code": "SPRING"},
    "extendMembership": {"days": 1},
    "addFreeDays": {"free_days": 1},
    "updateSetupReturnUrl": {"return_url": "https://example.com/done"},
}


async def test_foreign_is_unknown_to_writes(bare: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    for operation in (one for one in WRITES if "{" in one.path):
        # What is the key's own would be asked for at the provider, rightly.
        foreign, unknown = [
            await bare.request(
                operation.method, path, headers=headers, json=BODIES.get(operation.name)
            )
            for path in _paths(operation, world)[1:]
        ]
        assert (foreign.status_code, foreign.content) == (404, unknown.content), operation.name


async def test_ids_inside_a_body_are_no_way_around(bare: httpx.AsyncClient, world: World) -> None:
    """A method, a member, an account, an address: each foreign one answers as an unknown one."""
    headers = {"Authorization": f"Bearer {world.key}"}
    membership = f"/api/v1/memberships/{world.own.membership.id}"
    account = {"account_id": world.company_id}
    token = {**account, "confirmation_token": "ctoken_1"}
    own = {"confirmation_token": "ctoken_1", "member_id": world.own.member.id}
    pairs: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        (
            "PATCH",
            membership,
            {"payment_method_id": world.methods[1]},
            {"payment_method_id": "payt_unknown"},
        ),
        (
            "POST",
            "/api/v1/setup_intents",
            {**account, "payment_method_id": world.methods[1]},
            {**account, "payment_method_id": "payt_unknown"},
        ),
        (
            "POST",
            "/api/v1/setup_intents",
            {**token, "member_id": world.foreign.member.id},
            {**token, "member_id": "mber_unknown"},
        ),
        (
            "POST",
            "/api/v1/setup_intents",
            {**token, "email": "ben@example.com", "member_id": world.foreign.member.id},
            {**token, "email": "nobody@example.com"},
        ),
        (
            "POST",
            "/api/v1/setup_intents",
            {**own, "account_id": "biz_lumen"},
            {**own, "account_id": "biz_unknown"},
        ),
    ]
    for method, path, foreign, unknown in pairs:
        replies = [
            await bare.request(method, path, headers=headers, json=body)
            for body in (foreign, unknown)
        ]
        assert {reply.status_code for reply in replies} == {404}, foreign
        assert len({reply.content for reply in replies}) == 1


async def test_a_setups_secret_opens_that_setup_only(bare: httpx.AsyncClient, world: World) -> None:
    own, foreign = world.setups
    headers = {"Authorization": f"Bearer {secret_of(own)}"}
    status = f"/api/v1/setup_intents/{own}/status"
    assert (await bare.get(status, headers=headers)).json()["status"] == "requires_action"
    url = {"return_url": "https://example.com/done"}
    for path in (own, foreign, "sint_unknown"):
        for name in (f"/setup_intents/{path}", "/setup_intents", "/payment_methods"):
            assert (await bare.get(f"/api/v1{name}", headers=headers)).status_code == 401
    for path in (foreign, "sint_unknown"):
        address = f"/api/v1/setup_intents/{path}"
        assert (await bare.get(f"{address}/status", headers=headers)).status_code == 401
        reply = await bare.patch(f"{address}/return_url", headers=headers, json=url)
        assert reply.status_code == 401
    unknown = {"Authorization": f"Bearer {secret_of('sint_unknown')}"}
    reply = await bare.get("/api/v1/setup_intents/sint_unknown/status", headers=unknown)
    assert reply.status_code == 401


async def test_foreign_is_unknown(bare: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    other = {"Authorization": f"Bearer {world.foreign_key}"}
    for operation in (one for one in READS if "{" in one.path):
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
    methods = (world.methods[1], world.setups[1], world.invoices[1], world.payments[1])
    names = (*ids, *methods, str(foreign.member.person_id), "biz_lumen", "ben@example.com")
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
