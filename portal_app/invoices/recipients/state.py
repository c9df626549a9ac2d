"""What the list of recipients holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Final

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.invoices.recipients.service import invite, invite_again, list_recipients, remove
from portal_app.invoices.recipients.views import RecipientsView, recipients_view
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, tell

log = logging.getLogger(__name__)
# The page that the list is a section of.
HERE: Final = "/billing/details"


class RecipientsState(rx.State):
    """*phase* is `loading`, `ready` or `failed`; *revision* empties the field for the next one."""

    phase: str = "loading"
    view: RecipientsView = blank(RecipientsView)
    error: str = ""
    revision: int = 0
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the list again; safe to repeat."""
        self.error = ""
        try:
            await self._read()
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the list of recipients could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed, as when a recipient has agreed."""
        if self.phase != "ready" or self.router.url.path.rstrip("/") != HERE:
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the list of recipients could not be refreshed")

    async def _read(self) -> None:
        actor = current_actor()
        async with database().reading() as session:
            rows = await list_recipients(session, actor)
        view = recipients_view(actor.reader, rows, now=wall_now())
        if view != self.view:
            self.view = view
        self.phase = "ready"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def add(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Invite the address in the form; a refusal stands at the field, with what was typed."""
        actor, typed = current_actor(), form.get("recipient")
        reader = actor.reader
        self.busy, self.error = True, ""
        yield None
        try:
            address = await invite(database(), actor, typed if isinstance(typed, str) else "")
            self.revision += 1
            text = reader.say("We asked {address} whether it wants receipts.", address=address)
            await notify(self, "ok", text)
            await self._read()
        except PortalError as error:
            self.error = reader.say(error.sentence)
            yield rx.set_focus("field-recipient")
        finally:
            self.busy = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def send_again(self, recipient_id: str) -> None:
        """The invitation once more, to one that waits."""
        said = "We sent the invitation to {address} again."
        await self._done(invite_again(database(), current_actor(), recipient_id), said)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def take_away(self, recipient_id: str) -> None:
        """It gets nothing from now on."""
        said = "{address} gets no more receipts."
        await self._done(remove(database(), current_actor(), recipient_id), said)

    async def _done(self, change: Awaitable[str], said: str) -> None:
        reader = current_actor().reader
        try:
            await notify(self, "ok", reader.say(said, address=await change))
        except PortalError as error:
            await tell(self, reader, error)
        await self._read()
