"""What the page of charges to come holds in a tab: views, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import reflex as rx

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import year_ahead
from portal_app.memberships.views import UpcomingView, upcoming_view
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page

log = logging.getLogger(__name__)


class UpcomingState(rx.State):
    """Charges of the year to come. *phase* is `loading`, `ready` or `failed`."""

    phase: str = "loading"
    view: UpcomingView = blank(UpcomingView)
    _opened: tuple[str, ...] = ()

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read everything again; safe to repeat, also as the answer to “Try again”."""
        await start_page(self)
        try:
            await self._read(())
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the charges to come could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed; months stay as they were opened."""
        if self.phase == "loading" or self.router.url.path.rstrip("/") != "/billing/upcoming":
            return
        try:
            await self._read(self._opened)
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the charges to come could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def show_all(self, month: str) -> None:
        """Every charge of a month, by its key."""
        known = {shown.key for shown in self.view.months}
        if month not in known or month in self._opened:
            return
        try:
            await self._read((*self._opened, month))
        except Exception:
            log.exception("the other charges of a month could not be read")
            reader = current_actor().reader
            text = reader.say("We couldn't load the other charges. Please try again in a moment.")
            await notify(self, "danger", text)

    async def _read(self, opened: Sequence[str]) -> None:
        actor = current_actor()
        reader = actor.reader
        await freshen(self, reader)
        async with database().reading() as session:
            view = upcoming_view(reader, await year_ahead(session, actor, business_now()), opened)
        if view != self.view:
            self.view = view
        self._opened, self.phase = tuple(opened), "ready"
