"""The door of the event queue when the database does not answer."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from portal_app.identity import intake
from portal_app.kit.http.sockets import CONNECTION

SID, TAB = "sid", "tab-of-a-stranger"
HYDRATE = "reflex___state____state.hydrate_and_load"


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT", {}, Exception("gone")), sqlite3.OperationalError("disk I/O error")],
)
async def test_an_event_goes_on_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """An error here would leave a socket that connects with its first event without an answer."""
    scope = {
        "headers": [(b"cookie", b"portal_session_digest=x")],
        CONNECTION: SimpleNamespace(network="198.51.100.0/24"),
    }
    taken: list[Any] = []

    async def take(_sid: str, data: Any) -> None:
        taken.append(data)

    async def fail(_cookie: str, **_options: bool) -> None:
        raise error

    monkeypatch.setattr(intake, "actor_of_event", fail)
    namespace: Any = SimpleNamespace(
        on_event=take,
        sid_to_token={SID: TAB},
        namespace="/_event",
        server=SimpleNamespace(get_environ=lambda _sid, _namespace: {"asgi.scope": scope}),
    )
    processor = SimpleNamespace(_token_queues={})
    app: Any = SimpleNamespace(event_namespace=namespace, event_processor=processor)
    intake.install_intake(app)
    await namespace.on_event(SID, {"name": HYDRATE, "payload": {}})
    assert [one["name"] for one in taken] == [HYDRATE]
