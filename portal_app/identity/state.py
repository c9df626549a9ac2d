"""Whose tab it is, and what the account page holds."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.account import read_account
from portal_app.identity.actor import Actor, current_actor
from portal_app.identity.documents import open_document
from portal_app.identity.emails import ask_to_add
from portal_app.identity.policy import Policy, allow
from portal_app.identity.stepup.service import done_sentence
from portal_app.identity.views import AccountView, account_view
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, start_page

log = logging.getLogger(__name__)


class TabState(rx.State):
    """The person this tab's state belongs to; the guard writes it and nobody else.

    *email* is for the frame's “Signed in as”, *is_creator* for the menu's way to the studio; it
    opens nothing.
    """

    email: str = ""
    is_creator: bool = False
    _person_id: str = ""

    def _belongs_to(self, actor: Actor | None) -> bool:
        return self._person_id == (actor.person_id if actor else "")

    def _bind(self, actor: Actor | None) -> None:
        if not self._belongs_to(actor) or (actor and self.email != actor.email):
            self._person_id = actor.person_id if actor else ""
            self.email = actor.email if actor else ""


class AccountState(rx.State):
    """The account page. *phase* is `loading`, `ready` or `failed`."""

    phase: str = "loading"
    view: AccountView = blank(AccountView)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read everything again; safe to repeat."""
        await start_page(self)
        actor = current_actor()
        try:
            async with database().reading() as session:
                found = await read_account(session, actor)
                said, facts = await done_sentence(session, actor, self._approval())
            reader = actor.reader
            self.view = account_view(reader, actor, found)
            self.phase = "ready"
            if said:
                await notify(self, "ok", reader.say(said, **facts))
        except Exception:
            # A page must say that it failed: a skeleton would promise that data comes.
            log.exception("the account page could not be read")
            self.phase = "failed"

    def _approval(self) -> str:
        return str(self.router.url.query_parameters.get("approval", ""))


class EmailsState(rx.State):
    """The form for another address."""

    error: str = ""
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def add(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """On to the code; a refusal stands at the field, with what was typed."""
        actor, typed = current_actor(), form.get("email")
        self.busy, self.error = True, ""
        yield None
        try:
            yield open_document(await ask_to_add(actor, typed if isinstance(typed, str) else ""))
        except PortalError as refused:
            self.error = actor.reader.say(refused.sentence)
            yield rx.set_focus("field-email")
        finally:
            self.busy = False


class SessionState(rx.State):
    """Nothing is kept: the guard counts each event as use."""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def stay(self) -> None:
        """The person is still there."""
