"""The door of the event queue: what is no event goes no further, and a full queue takes no more.

What nobody signed in sends waits its turn here: a page's whole state takes milliseconds to make,
and whoever asks for it over and over must not hold up everybody else's events.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from typing import Any, Final

import reflex as rx
from reflex.app import EventNamespace
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Scope

from portal_app.identity.event_form import is_event
from portal_app.identity.sessions import actor_of_event
from portal_app.identity.tabs import open_tabs
from portal_app.kit.http.asgi import header
from portal_app.kit.http.pace import Pace
from portal_app.kit.http.socket_limits import TOO_MANY_PENDING
from portal_app.kit.http.sockets import CONNECTION, Connection

logger = logging.getLogger(__name__)

# A page has one or two events under way; each may weigh 64 kB.
MOST_PENDING: Final = 32
# Of one network without sessions: pages opened at once, and the seconds between further ones.
PAGES_AT_ONCE: Final = 40
SECONDS_BETWEEN: Final = 0.2
# What another event costs beside the whole state of a page.
_LIGHT: Final = 0.1
_WHOLE_STATE: Final = ".hydrate_and_load"


def install_intake(app: rx.App) -> None:
    """Stand before the app's own `on_event`, which would queue whatever it is sent.

    It runs before SessionGuard, in the socket's receive loop, and knows no actor.
    """
    namespace = app.event_namespace
    if namespace is None:
        raise RuntimeError("the app has no event socket")
    take = namespace.on_event
    pace = Pace(burst=PAGES_AT_ONCE, gap=SECONDS_BETWEEN, clock=time.monotonic)

    async def on_event(sid: str, data: Any = None) -> None:  # noqa: ANN401 -- what a stranger sent
        if not is_event(data):
            logger.warning("something that is no event was dropped")
        elif _pending(app, namespace, sid) >= MOST_PENDING:
            await _connection(namespace, sid).refuse(TOO_MANY_PENDING)
        else:
            if not await _is_somebodys(namespace, sid):
                # Awaited in the socket's receive loop, so that what follows it waits as well.
                weight = 1.0 if data["name"].endswith(_WHOLE_STATE) else _LIGHT
                await pace.turn(_connection(namespace, sid).network, weight)
            if sid in namespace.sid_to_token:
                await take(sid, data)

    namespace.on_event = on_event  # type: ignore[method-assign]


async def _is_somebodys(namespace: EventNamespace, sid: str) -> bool:
    """Whether a session stands behind the socket; asked until its tab has sent an event."""
    if namespace.sid_to_token.get(sid) in open_tabs:
        return True
    cookie = header(_scope(namespace, sid), b"cookie")
    try:
        return bool(cookie) and await actor_of_event(cookie, active=False) is not None
    except (SQLAlchemyError, sqlite3.Error):
        # Raised on, it would leave a connecting socket without any answer, and its page waiting.
        logger.warning("the database did not say whose a socket is", exc_info=True)
        return False


def _pending(app: rx.App, namespace: EventNamespace, sid: str) -> int:
    """How many events of the socket's tab wait; the queue is the tab's and outlives its socket."""
    token = namespace.sid_to_token.get(sid)
    queues = app.event_processor._token_queues  # noqa: SLF001 -- has no other door in 0.10.1
    return len(queues.get(token, ())) if token else 0


def _connection(namespace: EventNamespace, sid: str) -> Connection:
    connection: Connection = _scope(namespace, sid)[CONNECTION]
    return connection


def _scope(namespace: EventNamespace, sid: str) -> Scope:
    scope: Scope = namespace.server.get_environ(sid, namespace.namespace)["asgi.scope"]
    return scope
