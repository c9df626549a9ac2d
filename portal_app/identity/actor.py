"""Who is acting: the first argument of every service."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from portal_app.kit.errors import Unauthorized


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, as the session cookie proved on this very event or request."""

    person_id: str
    session_id: str
    email: str
    locale: str


actor_now: ContextVar[Actor | None] = ContextVar("actor_now", default=None)


def current_actor() -> Actor:
    """The actor of the event or request at hand; Unauthorized when there is none."""
    actor = actor_now.get()
    if actor is None:
        raise Unauthorized("Sign in to continue.")
    return actor
