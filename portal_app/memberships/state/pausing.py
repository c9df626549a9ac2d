"""What the page that pauses a membership and resumes it holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.guard import open_document
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import (
    pause_membership,
    pause_page,
    resume_membership,
    unpause_membership,
)
from portal_app.memberships.views import PauseView, pause_view
from portal_app.provider.errors import AuthenticationRequired
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)


class PausingState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`; *months* the length that is chosen."""

    phase: str = "loading"
    view: PauseView = blank(PauseView)
    email: str = ""
    months: str = ""
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read what pausing the membership in the address would do now."""
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
            log.exception("the page that pauses could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed: what was said may be true no more."""
        here = f"/billing/manage/{self._given_id()}/pause"
        if self.phase != "ready" or self.busy or self.router.url.path.rstrip("/") != here:
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the page that pauses could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose(self, months: str) -> None:
        self.months = str(months)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def pause(self) -> AsyncIterator[None]:
        """Pause as the page has said; afterwards it says that it will, or why not."""
        actor = current_actor()
        self.busy = True
        yield
        months = int(self.months) if self.months in self._offered() else None
        told = self.view.told
        paused = await self._try(
            lambda: pause_membership(desk(), actor, self._given_id(), months=months, shown=told)
        )
        if paused:
            # The heading says it too; this is read aloud.
            said = actor.reader.say("{product} will pause", product=self.view.product)
            await notify(self, "ok", said)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def unpause(self) -> AsyncIterator[None]:
        """Take it back, or let billing go on; nothing is charged now."""
        actor = current_actor()
        self.busy = True
        yield
        if await self._try(lambda: unpause_membership(desk(), actor, self._given_id())):
            said = actor.reader.say("The pause is over.")
            await notify(self, "ok", f"{said} {self.view.go_on}".strip())

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def resume(self) -> AsyncIterator[EventSpec | None]:
        """Pay what the page has said, and begin a new period; where a bank asks, its page comes."""
        actor, amount, pay = current_actor(), self.view.pay_minor, self.view.pay
        if not pay:
            return
        self.busy = True
        yield None
        resumed = await self._try(
            lambda: resume_membership(desk(), actor, self._given_id(), amount_minor=amount)
        )
        if resumed and self.view.state != "paused":
            reader = actor.reader
            said = reader.say("Welcome back. {amount} was charged.", amount=pay)
            await notify(self, "ok", said)
        elif self.view.confirm:
            yield open_document(f"/billing/manage/{self.view.member_id}/pay/?bank=1")

    async def _try(self, change: Callable[[], Awaitable[None]]) -> bool:
        """Whether *change* was made; the page is read again whatever came of it."""
        reader = current_actor().reader
        made = False
        try:
            await change()
            made = True
        except Waiting:
            pass  # The page itself says it, for as long as it is so.
        except AuthenticationRequired:
            pass  # The page that pays is next.
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
            page = await pause_page(session, actor, self._given_id(), business_now())
        view = pause_view(reader, page)
        if view != self.view:
            self.view = view
        if self.months not in self._offered():
            self.months = view.options[0].months if view.options else ""
        self.phase = "ready"

    def _offered(self) -> set[str]:
        return {one.months for one in self.view.options}

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))
