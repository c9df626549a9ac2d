"""The door of the event queue: what is no event goes no further, and a full queue takes no more."""

from __future__ import annotations

import logging
from typing import Any, Final

import reflex as rx
from reflex.app import EventNamespace

from portal_app.identity.event_form import is_event
from portal_app.kit.http.socket_limits import TOO_MANY_PENDING
from portal_app.kit.http.sockets import CONNECTION, Connection

logger = logging.getLogger(__name__)

# A page has one or two events under way; each may weigh 64 kB.
MOST_PENDING: Final = 32


def install_intake(app: rx.App) -> None:
    """Stand before the app's own `on_event`, which would queue whatever it is sent.

    It runs before SessionGuard, in the socket's receive loop, and knows no actor.
    """
    namespace = app.event_namespace
    if namespace is None:
        raise RuntimeError("the app has no event socket")
    take = namespace.on_event

    async def on_event(sid: str, data: Any = None) -> None:  # noqa: ANN401 -- what a stranger sent
        if not is_event(data):
            logger.warning("something that is no event was dropped")
        elif _pending(app, namespace, sid) >= MOST_PENDING:
            await _connection(namespace, sid).refuse(TOO_MANY_PENDING)
        else:
            await take(sid, data)

    namespace.on_event = on_event  # type: ignore[method-assign]


def _pending(app: rx.App, namespace: EventNamespace, sid: str) -> int:
    """How many events of the socket's tab wait; the queue is the tab's and outlives its socket."""
    token = namespace.sid_to_token.get(sid)
    queues = app.event_processor._token_queues  # noqa: SLF001 -- has no other door in 0.10.1
    return len(queues.get(token, ())) if token else 0


def _connection(namespace: EventNamespace, sid: str) -> Connection:
    environ = namespace.server.get_environ(sid, namespace.namespace)
    connection: Connection = environ["asgi.scope"][CONNECTION]
    return connection
