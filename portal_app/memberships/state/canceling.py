"""What the page that cancels a membership, and the one that takes it back, hold in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import (
    cancel_membership,
    exit_page,
    keep_membership,
    take_offer,
)
from portal_app.memberships.views import CancelView, cancel_view
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)


class CancelState(rx.State):
    """Both pages. *phase* is `loading`, `ready`, `missing` or `failed`.

    *reason* and *comment* are what was chosen and written so far, which is nobody's duty.
    """

    phase: str = "loading"
    view: CancelView = blank(CancelView)
    email: str = ""
    reason: str = ""
    comment: str = ""
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read what cancelling the membership in the address would do now."""
        await start_page(self)
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        self.email = current_actor().email
        try:
            await self._read()
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the page that cancels could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed: what was said may be true no more."""
        here = f"/billing/manage/{self._given_id()}"
        if (
            self.phase != "ready"
            or self.busy
            or self._path()
            not in {
                f"{here}/cancel",
                f"{here}/undo",
            }
        ):
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the page that cancels could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose_reason(self, reason: str) -> None:
        self.reason = str(reason)

    @rx.event
    @allow(Policy.SIGNED_IN)
    def write_comment(self, comment: str) -> None:
        self.comment = str(comment)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def cancel(self) -> AsyncIterator[None]:
        """Cancel as the page has said; afterwards it says that it is done, or why not."""
        actor = current_actor()
        self.busy = True
        yield
        canceled = await self._try(
            lambda: cancel_membership(
                desk(),
                actor,
                self._given_id(),
                shown=self.view.exit,
                reason=self.reason,
                comment=self.comment,
            )
        )
        if canceled:
            # The heading says it too; this is read aloud.
            said = actor.reader.say("{product} is cancelled", product=self.view.product)
            await notify(self, "ok", said)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def take_offer(self) -> AsyncIterator[EventSpec | None]:
        """Stay with what stands beside the button; a pause or a plan has a page of its own."""
        here, offer = f"/billing/manage/{self.view.member_id}/", self.view.offer
        self.busy = True
        yield None
        taken = await self._try(self._take_offer)
        if taken and offer.done:
            await notify(self, "ok", offer.done, on_next_page=True)
        if taken:
            yield rx.redirect(offer.href or here)

    async def _take_offer(self) -> None:
        await take_offer(
            desk(),
            current_actor(),
            self._given_id(),
            shown=self.view.offer.key,
            reason=self.reason,
            comment=self.comment,
        )

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def keep(self) -> AsyncIterator[EventSpec | None]:
        """Take it back; the membership's page says so."""
        actor, here = current_actor(), f"/billing/manage/{self.view.member_id}/"
        self.busy = True
        yield None
        renews = self.view.renews
        kept = await self._try(lambda: keep_membership(desk(), actor, self._given_id()))
        if kept:
            said = actor.reader.say("Good to have you. Your membership goes on.")
            await notify(self, "ok", f"{said} {renews}".strip(), on_next_page=True)
            yield rx.redirect(here)

    async def _try(self, change: Callable[[], Awaitable[None]]) -> bool:
        """Whether *change* was made; the page is read again whatever came of it."""
        reader = current_actor().reader
        made = False
        try:
            await change()
            made = True
        except Waiting:
            pass  # The page itself says it, for as long as it is so.
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False
            await self._reread()
        return made

    async def _reread(self) -> None:
        try:
            await self._read()
        except NotFound:
            self.phase = "missing"

    async def _read(self) -> None:
        actor = current_actor()
        reader = actor.reader
        await freshen(self, reader)
        async with database().reading() as session:
            page = await exit_page(session, actor, self._given_id(), business_now())
        view = cancel_view(reader, page)
        if view != self.view:
            self.view = view
        self.phase = "ready"

    def _path(self) -> str:
        return self.router.url.path.rstrip("/")

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))
