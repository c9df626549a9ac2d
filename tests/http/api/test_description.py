"""The OpenAPI document and the page made from it: complete, true, and readable by anybody."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import httpx
import pytest
from pydantic import TypeAdapter

from portal_app.api.app import OPERATIONS, create_api
from portal_app.kit.db import Database
from portal_app.ui.server_pages import POLICY
from tests.http.api.conftest import World
from tests.http.api.every_state import build_every_state

Json = dict[str, Any]


@pytest.fixture
async def anybody(settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Without a key, and without any database."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_api()), base_url="http://portal.test"
    ) as client:
        yield client


async def _document(client: httpx.AsyncClient) -> Json:
    reply = await client.get("/api/v1/openapi.json")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    document: Json = reply.json()
    return document


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from _references(value)
    if isinstance(node, list):
        for value in node:
            yield from _references(value)


async def test_every_operation_is_described(anybody: httpx.AsyncClient) -> None:
    document = await _document(anybody)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {operation.address for operation in OPERATIONS}
    for operation in OPERATIONS:
        described = document["paths"][operation.address][operation.method.lower()]
        assert described["operationId"] == operation.name
        assert described["summary"]
        assert operation.scope in described["description"]
        assert described["security"] == [{"key": [operation.scope]}]
        answers = set(described["responses"])
        assert {str(operation.status), "400", "401", "403", "429"} <= answers
        assert ("404" in answers) is ("{" in operation.path or operation.writes)
        assert ({"409", "422", "503"} <= answers) is operation.writes
        headers = {one["name"] for one in described["parameters"] if one["in"] == "header"}
        assert ("Idempotency-Key" in headers) is operation.writes
        sent = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        fields = sent.get("schema", {}).get("properties", {})
        assert set(fields) == {field.name for field in operation.fields}
        named = {one["name"] for one in described["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", operation.path))
        queried = [one["name"] for one in described["parameters"] if one["in"] == "query"]
        assert queried == [parameter.name for parameter in operation.parameters]


async def test_every_reference_leads_somewhere(anybody: httpx.AsyncClient) -> None:
    document = await _document(anybody)
    schemas = document["components"]["schemas"]
    named = {reference.rpartition("/")[2] for reference in _references(document)}
    assert named <= set(schemas)
    assert {"Membership", "Money", "Member", "Product", "Plan", "User", "Error"} <= named


async def test_answers_are_what_the_document_says(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    """Every key that is declared, none besides, each of its declared type."""
    async with db.unit_of_work() as session:
        every = await build_every_state(session, world)
    plan, member = every.plans[0], every.held[0].member
    names = {
        "memberships": every.held[0].membership.id,
        "members": member.id,
        "products": plan.product_id,
        "plans": plan.id,
        "variants": plan.id,
        "users": every.person.id,
        "payment_methods": world.methods[0],
        "setup_intents": world.setups[0],
        "payments": world.payments[0],
        "invoices": world.invoices[0],
    }
    for operation in (one for one in OPERATIONS if not one.writes):
        path = operation.path.replace("{id}", names[operation.path.split("/")[1]])
        reply = await client.get(path.replace("{resource_id}", plan.product_id))
        answer = reply.raise_for_status().json()
        for one in answer["data"] if operation.listing else [answer]:
            assert set(one) == set(_shape(operation.returns, one).__annotations__), operation.name
            TypeAdapter(operation.returns).validate_json(json.dumps(one), strict=True)


def _shape(returns: Any, answer: Json) -> Any:
    """Of a union, the member that the answer says it is."""
    members = get_args(get_args(returns)[0]) if get_args(returns) else ()
    return next((one for one in members if one.__name__ == answer["typename"]), returns)


async def test_the_page_says_the_same_and_runs_no_script(anybody: httpx.AsyncClient) -> None:
    reply = await anybody.get("/api/docs/")
    assert reply.status_code == 200
    assert reply.headers["content-security-policy"] == POLICY
    assert "script-src" not in POLICY
    assert reply.headers.get_list("cache-control") == ["no-store"]
    page = reply.text
    assert "<script" not in page
    assert "style=" not in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)
    for operation in OPERATIONS:
        assert f'id="{operation.name}"' in page
        assert operation.address in page
        for parameter in operation.parameters:
            assert f"<code>{parameter.name}</code>" in page
        for field in operation.fields:
            assert f"<code>{field.name}</code>" in page


async def test_the_page_speaks_german(anybody: httpx.AsyncClient) -> None:
    page = (await anybody.get("/api/docs/", headers={"Accept-Language": "de"})).text
    assert '<html lang="de"' in page
    assert "API-Referenz" in page
    assert 'lang="en"' in page  # descriptions stay English, and say so


async def test_the_address_without_a_slash_leads_there(anybody: httpx.AsyncClient) -> None:
    reply = await anybody.get("/api/docs", headers={"Host": "evil.example"})
    assert (reply.status_code, reply.headers["location"]) == (308, "/api/docs/")
