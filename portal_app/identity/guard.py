"""The one place that every event passes: no session or no declared policy, no handler.

Anybody who can open a websocket can send any handler's name (research/reflex-and-style.md §2.2);
pages, hidden buttons and `on_load` guard nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext

from portal_app.identity.actor import Actor, CompanyCreator, actor_now, creator_now
from portal_app.identity.documents import open_document
from portal_app.identity.policy import Policy, policy_of
from portal_app.identity.rules import safe_next
from portal_app.identity.sessions import actor_of_event
from portal_app.identity.state import TabState
from portal_app.identity.tabs import open_tabs

__all__ = ["SessionGuard", "bind_tab", "open_document"]

logger = logging.getLogger(__name__)
_PATH: Final = "asPath"
# In the query of every address of the studio: which company it is open for.
COMPANY: Final = "company"
_FOR_CREATORS: Final = frozenset({Policy.CREATOR, Policy.OWNER})


class Creators(Protocol):
    """Who may act for which company; asked on every event that needs it, so never remembered."""

    async def at(self, actor: Actor, company_id: str) -> CompanyCreator | None:
        """*actor* at that company, or at their first one when *company_id* is empty."""

    async def any_of(self, actor: Actor) -> bool:
        """Whether the actor is a creator at all."""


class NoCreators:
    """Where nobody is told of companies, nobody acts for one."""

    async def at(self, actor: Actor, company_id: str) -> CompanyCreator | None:
        del actor, company_id
        return None

    async def any_of(self, actor: Actor) -> bool:
        del actor
        return False


@dataclass
class SessionGuard(rx.Middleware):
    """Takes the actor from the session cookie on each event and denies by default."""

    creators: Creators = field(default_factory=NoCreators)

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through; a StateUpdate stands in for its handler."""
        del app
        sent_by_tab = bool(EventContext.get().router_data)
        root = state._get_root_state()  # noqa: SLF001 -- the guard speaks for the whole tab
        actor = await actor_of_event(root.router.headers.cookie, active=sent_by_tab)
        actor_now.set(actor)  # seen in the handler, in background and in chained handlers
        await bind_tab(root, actor, self.creators)
        open_tabs.note(root.router.session.client_token, actor.person_id if actor else None)
        policy = policy_of(RegistrationContext.get().event_handlers[event.name])
        creator = await self._creator(root, actor) if policy in _FOR_CREATORS else None
        creator_now.set(creator)
        if _may(policy, actor, creator):
            return None
        if policy is None:
            logger.warning("a handler without a policy was called")
        if not sent_by_tab or actor is not None:
            # What we push into a tab that has lost its state must not send the page away; nor
            # does signing in help somebody who calls what nobody may.
            return StateUpdate()
        asked_for = safe_next(str(EventContext.get().router_data.get(_PATH, "")))
        target = open_document(f"/login/?next={quote(asked_for, safe='/')}")
        return StateUpdate(events=Event.from_event_type(target))

    async def _creator(self, root: BaseState, actor: Actor | None) -> CompanyCreator | None:
        """The person at the company that the tab's address names: its word, hence asked for."""
        asked_for = root.router.url.query_parameters.get(COMPANY, "")
        return await self.creators.at(actor, str(asked_for)) if actor else None


def _may(policy: Policy | None, actor: Actor | None, creator: CompanyCreator | None) -> bool:
    match policy:
        case Policy.PUBLIC:
            return True
        case Policy.SIGNED_IN:
            return actor is not None
        case Policy.CREATOR:
            return creator is not None
        case Policy.OWNER:
            return creator is not None and creator.is_owner
        case None:
            return False


async def bind_tab(root: BaseState, actor: Actor | None, creators: Creators | None = None) -> None:
    """Make the tab *actor*'s; if it was somebody else's, nothing of theirs is left in it."""
    tab = await root.get_state(TabState)
    if tab._person_id and not tab._belongs_to(actor):  # noqa: SLF001
        # A state manager in Redis loads what is asked for, and `reset` resets what is loaded.
        for owner in _every_state(type(root)):
            await root.get_state(owner)
        root.reset()  # type: ignore[no-untyped-call]
    if actor and creators and not tab._belongs_to(actor):  # noqa: SLF001
        tab.is_creator = await creators.any_of(actor)
    tab._bind(actor)  # noqa: SLF001


def _every_state(owner: type[BaseState]) -> list[type[BaseState]]:
    below = (state for child in owner.get_substates() for state in _every_state(child))
    return [owner, *below]
