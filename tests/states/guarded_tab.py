"""One browser tab without the browser: Reflex's real event processor behind the real guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from unittest.mock import AsyncMock

import reflex as rx
from reflex.app_mixins.middleware import MiddlewareMixin
from reflex.istate.manager.memory import StateManagerMemory
from reflex.utils.format import format_event_handler
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from portal_app.catalog.creators import CompanyCreators
from portal_app.identity.guard import SessionGuard
from portal_app.identity.sessions import sealed

Owner = TypeVar("Owner", bound=rx.State)


@dataclass
class Emitted:
    """What would have gone to the browser."""

    deltas: list[Mapping[str, Any]] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    focused: list[str] = field(default_factory=list)

    async def emit_update(self, update: Any, token: str) -> None:
        del token
        self.deltas.append(update.delta)
        self.redirects += [
            event.payload["path"] for event in update.events if event.name == "_redirect"
        ]
        self.focused += [
            event.payload["ref"] for event in update.events if event.name == "_set_focus"
        ]


@dataclass
class Tab:
    """Sends events as the browser does, with the cookie of its connection."""

    processor: BaseStateEventProcessor
    manager: StateManagerMemory
    emitted: Emitted
    errors: list[Exception]
    token: str = "tab-1"
    cookie: str = ""
    # What the address says below its route, as the browser sends it.
    place: Mapping[str, str] = field(default_factory=dict)

    async def send(self, handler: Any, path: str = "/orders/", **payload: Any) -> None:
        name = handler if isinstance(handler, str) else format_event_handler(handler)
        router_data = {
            "pathname": path,
            "asPath": path,
            "query": dict(self.place),
            "headers": {"cookie": sealed(self.cookie), "host": "localhost:3000"},
            "token": self.token,
            "sid": "s",
            "ip": "127.0.0.1",
        }
        await self.enqueue(Event(name=name, payload=payload, router_data=router_data))

    async def enqueue(self, event: Event) -> None:
        """*event* without router data is one that the server pushes."""
        future = await self.processor.enqueue(self.token, event)
        await asyncio.wait_for(future.wait_all(), 5)

    async def state(self, owner: type[Owner]) -> Owner:
        root = await self.manager.get_state(rx.BaseStateToken(ident=self.token, cls=owner))
        found: Owner = await root.get_state(owner)
        return found


@asynccontextmanager
async def guarded_tab(monkeypatch: Any) -> AsyncIterator[Tab]:
    monkeypatch.setattr(BaseStateEventProcessor, "_rehydrate", AsyncMock())
    guarded: MiddlewareMixin = MiddlewareMixin()
    guarded.add_middleware(SessionGuard(CompanyCreators()))
    errors: list[Exception] = []
    processor = BaseStateEventProcessor(
        middleware=guarded, backend_exception_handler=errors.append, graceful_shutdown_timeout=1
    )
    manager, emitted = StateManagerMemory(), Emitted()
    processor.configure(state_manager=manager, event_namespace=emitted)
    async with processor:
        yield Tab(processor, manager, emitted, errors)
    await manager.close()
