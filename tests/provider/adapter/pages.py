"""Tabs without a browser: where they are, and what their handlers send."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.istate.data import RouterData

from portal_app.memberships.state import PayState
from tests.provider.adapter.overdue_shop import Overdue


def at(root: rx.State, path: str, query: str = "", **given: str) -> None:
    address = f"{path}?{query}" if query else path
    root.router = RouterData.from_router_data(
        {"pathname": path, "asPath": address, "query": dict(given)}
    )


async def run(handler: Any, state: rx.State, *arguments: Any) -> list[Any]:
    """What a handler that yields has sent to the browser on its way."""
    return [one async for one in handler.fn(state, *arguments) if one is not None]


async def opened(root: rx.State, shop: Overdue, query: str = "", member: str = "") -> PayState:
    member_id = member or shop.member_id
    at(root, f"/billing/manage/{member_id}/pay/", query, member_id=member_id)
    page = await root.get_state(PayState)
    await run(PayState.load, page)
    return page


async def press(page: PayState) -> None:
    await run(PayState.pay, page, page.attempt)
