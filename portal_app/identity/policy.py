"""Who may call an event handler, said beside the handler; without a word nobody may."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Any])
ATTRIBUTE = "__portal_policy__"


class Policy(StrEnum):
    """PUBLIC: anybody, signed in or not. SIGNED_IN: a live session is needed.

    CREATOR: somebody who acts for the company that the tab's address names; OWNER: who owns it.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    CREATOR = "creator"
    OWNER = "owner"


class Registered(Protocol):
    """The part of Reflex's registration that is read here."""

    @property
    def handler(self) -> Any: ...  # noqa: ANN401

    @property
    def states(self) -> Any: ...  # noqa: ANN401


# Reflex's own handlers that a page can't live without; `setvar` is not among them.
FRAMEWORK = frozenset(
    {
        "hydrate",
        "hydrate_and_load",
        "on_load_internal",
        "set_is_hydrated",
        "update_vars_internal",
        "handle_frontend_exception",
    }
)


def allow(policy: Policy) -> Callable[[Handler], Handler]:
    """Declare a handler's policy. Stands *below* `@rx.event`."""

    def mark(handler: Handler) -> Handler:
        setattr(handler, ATTRIBUTE, policy)
        return handler

    return mark


def policy_of(registered: Registered) -> Policy | None:
    """The declared policy; None for a handler without one, which the guard refuses."""
    function, owner = registered.handler.fn, registered.states[0]
    if owner.__module__ == "reflex.state" and function.__name__ in FRAMEWORK:
        return Policy.PUBLIC
    declared: Policy | None = getattr(function, ATTRIBUTE, None)
    return declared
