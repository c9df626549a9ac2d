"""What the orders page holds in a tab: views, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import reflex as rx

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import PastPosition, list_memberships, past_memberships
from portal_app.memberships.views import OrdersView, orders_view, with_older
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page

log = logging.getLogger(__name__)


class OrdersState(rx.State):
    """The orders page. *phase* is `loading`, `ready` or `failed`."""

    phase: str = "loading"
    view: OrdersView = blank(OrdersView)
    busy: bool = False
    _past_after: PastPosition | None = None

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read everything again; safe to repeat, also as the answer to “Try again”."""
        await start_page(self)
        try:
            await self._read()
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the orders page could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed; keeps notices and what was unfolded."""
        if self.phase == "loading" or self.router.url.path.rstrip("/") != "/orders":
            return
        try:
            await self._read(past_shown=len(self.view.past))
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the orders page could not be refreshed")

    async def _read(self, *, past_shown: int = 0) -> None:
        actor, now = current_actor(), business_now()
        reader = actor.reader
        await freshen(self, reader)
        async with database().reading() as session:
            found = await list_memberships(session, actor, now)
            view, past_after = orders_view(reader, actor.email, found), found.past_after
            while past_after is not None and len(view.past) < past_shown:
                older, past_after = await past_memberships(session, actor, now, past_after)
                view = with_older(view, reader, older, has_older=past_after is not None)
        if view != self.view:
            self.view = view
        self._past_after, self.phase = past_after, "ready"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def show_older(self) -> AsyncIterator[None]:
        """Append the next page of past memberships."""
        if self._past_after is None:
            return
        self.busy = True
        yield
        actor = current_actor()
        reader = actor.reader
        try:
            async with database().reading() as session:
                older, self._past_after = await past_memberships(
                    session, actor, business_now(), self._past_after
                )
            self.view = with_older(self.view, reader, older, has_older=self._past_after is not None)
        except Exception:
            log.exception("older memberships could not be read")
            text = reader.say("We couldn't load older memberships. Please try again in a moment.")
            await notify(self, "danger", text)
        finally:
            self.busy = False
