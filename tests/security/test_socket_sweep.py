"""Every registered handler, called by everybody it is not for (design.md §2.3)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import socketio.exceptions
from reflex_base.registry import RegistrationContext

from portal_app import portal_app
from portal_app.identity.policy import Policy, policy_of
from tests.portal_server import Portal
from tests.security.raw_socket import RawTab

assert portal_app.app  # importing it registers every handler
HYDRATE = "reflex___state____state.hydrate_and_load"
MANAGE = "/billing/manage/[member_id]/"
# Handlers that anybody may call, in writing: a new one is a decision, not an accident.
# The page behind a shared link shows sample data to whoever has the link.
PUBLIC = {
    "reflex___state____state.portal_app___studio___sharing___state____shared_preview_state.load"
}
AT_ONCE = 100
PAUSE_SECONDS = 0.005
HOSTILE: tuple[Any, ...] = (None, 7, "x" * 2000, ["a"], {"a": {"b": [1, None]}}, True)


def _handlers() -> dict[str, Any]:
    """Every handler of the portal and of Reflex, without those that other tests register."""
    return {
        name: one
        for name, one in RegistrationContext.ensure_context().event_handlers.items()
        if not one.states[0].__module__.startswith("tests.")
    }


def _name(handler: str) -> str:
    return handler.rsplit(".", 1)[-1]


def test_every_handler_of_ours_declares_who_may_call_it() -> None:
    undeclared = {name for name, one in _handlers().items() if policy_of(one) is None}
    # Reflex registers `setvar` on every state; without a policy the guard refuses it.
    assert {_name(name) for name in undeclared} <= {"setvar"}


def test_the_handlers_that_anybody_may_call_are_written_down() -> None:
    public = {
        name
        for name, one in _handlers().items()
        if policy_of(one) is Policy.PUBLIC and not one.states[0].__module__.startswith("reflex.")
    }
    assert public == PUBLIC


def _secrets_of_ada(portal: Portal) -> set[str]:
    """Facts of hers that no page of anybody else may carry."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
        numbers = connection.execute(
            "SELECT invoices.number FROM invoices JOIN customers ON customers.id = customer_id "
            "WHERE customers.email_key = 'ada@example.com' AND number <> ''"
        ).fetchall()
    ids = {one["id"] for one in portal.listing["memberships"].values()}
    assert len(numbers) >= 40
    return {number for (number,) in numbers} | ids | {"ada@example.com", "Ada Lovelace"}


def _payloads(portal: Portal, handler: Any) -> Iterator[Any]:
    """Nothing, her ids in every argument, and values of every wrong type."""
    parameters = handler.handler.fn.__code__.co_varnames[
        1 : handler.handler.fn.__code__.co_argcount
    ]
    yield {}
    for one in portal.listing["memberships"].values():
        yield dict.fromkeys(parameters, one["member_id"]) | {"member_id": one["member_id"]}
    for value in HOSTILE:
        yield dict.fromkeys(parameters or ("value",), value)


async def _sweep(portal: Portal, cookie: str = "") -> str:
    """Everything that came back; by several tabs, since one may not send so much at once."""
    hers = portal.membership("active")["member_id"]
    calls = [
        (name, payload)
        for name, handler in _handlers().items()
        for payload in _payloads(portal, handler)
    ]
    received = ""
    for first in range(0, len(calls), AT_ONCE):
        async with RawTab(portal, cookie=cookie) as tab:
            for name, payload in calls[first : first + AT_ONCE]:
                await tab.send(name, payload, path=MANAGE, query={"member_id": hers})
                # A queue of events is short; what is answered is out of it.
                await asyncio.sleep(PAUSE_SECONDS)
            received += await tab.settle()
            assert tab.client.connected
    return received


def _end_session(portal: Portal, column: str) -> None:
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection, connection:
        connection.execute(
            f"UPDATE login_sessions SET {column} = '2020-01-01 00:00:00.000000' "  # noqa: S608
            "WHERE created_at = (SELECT max(created_at) FROM login_sessions)"
        )


@pytest.mark.parametrize("stranger", ["anonymous", "other", "expired", "revoked"])
async def test_a_stranger_gets_nothing_of_hers_and_changes_nothing(
    portal: Portal, stranger: str
) -> None:
    secrets = _secrets_of_ada(portal)
    cookie = ""
    if stranger == "other":
        cookie = portal.cookie_of(portal.sign_in("ben@example.com"))
    elif stranger != "anonymous":
        cookie = portal.cookie_of(portal.sign_in("ada@example.com"))
        _end_session(portal, "expires_at" if stranger == "expired" else "revoked_at")
    before = portal.facts()
    received = await _sweep(portal, cookie)
    assert [secret for secret in secrets if secret in received] == []
    after = portal.facts()
    if stranger == "other":
        # He may open a form to add a card of his own, of which the sandbox tells.
        assert _whose_setups(portal) <= {"ben@example.com"}
        told = [event for event in after["inbox"] if event not in before["inbox"]]
        assert {event[2] for event in told} <= {"setup_intent.created"}
        after |= {name: before[name] for name in ("inbox", "method_setups")}
    assert after == before


def _whose_setups(portal: Portal) -> set[str]:
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
        found = connection.execute(
            "SELECT DISTINCT email_key FROM method_setups"
            " JOIN customers ON customers.id = customer_id"
        ).fetchall()
    return {email for (email,) in found}


async def test_the_holder_herself_is_served_by_the_same_sweep(portal: Portal) -> None:
    cookie = portal.cookie_of(portal.sign_in("ada@example.com"))
    hers = portal.membership("active")["member_id"]
    async with RawTab(portal, cookie=cookie) as tab:
        await tab.send(HYDRATE, path=MANAGE, query={"member_id": hers})
        received = await tab.settle()
    assert "Trading Room" in received
    assert "portal_session" not in received
    assert cookie.split("=", 1)[1] not in received


async def test_a_stolen_tab_token_without_the_cookie_is_worth_nothing(portal: Portal) -> None:
    secrets = _secrets_of_ada(portal)
    cookie = portal.cookie_of(portal.sign_in("ada@example.com"))
    hers = portal.membership("active")["member_id"]
    async with RawTab(portal, cookie=cookie) as tab:
        await tab.send(HYDRATE, path=MANAGE, query={"member_id": hers})
        assert "Trading Room" in await tab.settle()
    async with RawTab(portal, token=tab.token) as thief:
        for name in _handlers():
            await thief.send(name, path=MANAGE, query={"member_id": hers})
        received = await thief.settle()
    assert [secret for secret in secrets if secret in received] == []
    assert "Trading Room" not in received


async def test_signing_out_takes_effect_on_the_next_event_of_an_open_socket(
    portal: Portal,
) -> None:
    client = portal.sign_in("ada@example.com")
    async with RawTab(portal, cookie=portal.cookie_of(client)) as tab:
        await tab.send(HYDRATE, path="/orders/")
        assert "Trading Room" in await tab.settle()
        assert client.post("/auth/logout").status_code == 303
        tab.frames.clear()
        await tab.send(HYDRATE, path="/orders/")
        received = await tab.settle()
    assert "Trading Room" not in received
    assert "/login/" in received


@pytest.mark.parametrize("origin", ["https://evil.test", "null"])
async def test_a_foreign_origin_gets_no_socket(portal: Portal, origin: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with RawTab(portal, origin=origin):
            pass


async def test_an_oversized_message_closes_the_socket_and_changes_nothing(portal: Portal) -> None:
    before = portal.facts()
    async with RawTab(portal) as tab:
        await tab.send(HYDRATE, {"value": "x" * 1_000_000})
        await tab.settle()
        assert not tab.client.connected
    assert portal.facts() == before


async def test_malformed_events_are_refused_in_one_line_without_secrets(portal: Portal) -> None:
    cookie = portal.cookie_of(portal.sign_in("ben@example.com"))
    before = portal.facts()
    async with RawTab(portal, cookie=cookie) as tab:
        for event in ("no json", 7, None, [], {}, {"name": "no.such.handler", "payload": {}}):
            await tab.client.emit("event", event, namespace="/_event")
        await tab.settle()
    assert portal.facts() == before
    assert cookie.split("=", 1)[1] not in portal.log.read_text()
