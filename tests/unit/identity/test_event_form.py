"""What may enter the event queue: known handlers with a policy, and arguments that fit."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
import reflex as rx
from hypothesis import given
from hypothesis import strategies as st
from reflex.utils.format import format_event_handler

from portal_app.identity.event_form import is_event
from portal_app.identity.policy import Policy, allow

HYDRATE = "reflex___state____state.hydrate_and_load"
PLACE = {"pathname": "/orders/", "asPath": "/orders/?a=1", "query": {"a": "1", "b": ["1", "2"]}}


UPDATE = "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal"


class Colour(StrEnum):
    RED = "red"


class Desk(rx.State):
    """Handlers with each kind of argument that ours have, and what a browser may keep."""

    kept: str = rx.LocalStorage("")
    own: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def sign(self, name: str, count: int = 1, note: str | None = None) -> None: ...

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def post(self, form: dict[str, str]) -> None: ...

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def paint(self, colour: Colour) -> None: ...

    @rx.event
    async def forgotten(self) -> None: ...


def sent(handler: Any, **payload: Any) -> dict[str, Any]:
    return {"name": format_event_handler(handler), "payload": payload, "router_data": PLACE}


def stored(handler: str, name: str, value: Any) -> dict[str, Any]:
    return {"name": handler, "payload": {"vars": {name: value}}}


KEPT = f"{Desk.get_full_name()}.kept_rx_state_"
OWN = f"{Desk.get_full_name()}.own_rx_state_"


@pytest.mark.parametrize("handler", [HYDRATE, UPDATE])
def test_a_browser_may_only_bring_back_what_it_was_asked_to_keep(handler: str) -> None:
    assert is_event(stored(handler, KEPT, "text"))
    for name in (OWN, "kept", "", "no.such.state.kept", f"{Desk.get_full_name()}._person_id"):
        assert not is_event(stored(handler, name, "text"))
    for value in (None, 7, {"a": 1}, ["x"]):
        assert not is_event(stored(handler, KEPT, value))


@pytest.mark.parametrize(
    "event",
    [
        sent(Desk.sign, name="x"),
        sent(Desk.sign, name="x", count=2, note=None),
        sent(Desk.sign, name="x", count="2"),  # a number field sends text
        sent(Desk.post, form={"email": "a@example.com"}),
        sent(Desk.post, form={"__reflex_form_data__": [["email", "a@example.com"]]}),
        sent(Desk.paint, colour="red"),
        {"name": HYDRATE},
        {"name": HYDRATE, "payload": None, "router_data": {"pathname": "/", "asPath": "/"}},
        {"name": HYDRATE, "payload": {"vars": {}, "hashes": []}, "token": "tab", "extra": 1},
    ],
)
def test_what_a_page_sends_is_an_event(event: dict[str, Any]) -> None:
    assert is_event(event)


@pytest.mark.parametrize(
    "event",
    [
        *(None, 7, "text", [], {}, {"name": 7}, {"name": "no.such.handler"}, {"payload": {}}),
        sent(Desk.forgotten),
        {"name": "reflex___state____state.setvar", "payload": {"var_name": "a", "value": 1}},
        sent(Desk.sign),
        sent(Desk.sign, name=7),
        sent(Desk.sign, name=["x"]),
        sent(Desk.sign, name="x", count="many"),
        sent(Desk.sign, name="x", count={}),
        sent(Desk.sign, name="x", more=1),
        sent(Desk.sign, name="x", self=1),
        sent(Desk.post, form="x"),
        sent(Desk.paint, colour="blue"),
        {"name": HYDRATE, "payload": []},
        {"name": HYDRATE, "router_data": "x"},
        {"name": HYDRATE, "router_data": {"asPath": "//[evil"}},
        {"name": HYDRATE, "router_data": {"asPath": "/\\evil"}},
        {"name": HYDRATE, "router_data": {"pathname": "http://evil.test/"}},
        {"name": HYDRATE, "router_data": {"pathname": "/" + "x" * 5000}},
        {"name": HYDRATE, "router_data": {"query": [["a", "b"]]}},
        {"name": HYDRATE, "router_data": {"query": {"a": {"b": "c"}}}},
    ],
)
def test_what_no_page_sends_is_none(event: Any) -> None:
    assert not is_event(event)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_nothing_raises_and_no_argument_of_another_type_passes(first: Any, second: Any) -> None:
    name = format_event_handler(Desk.sign)
    event = {"name": name, "payload": {"name": first, "note": second}}
    fits = isinstance(first, str) and (second is None or isinstance(second, str))
    assert is_event(event) == fits
    assert not is_event(first)
