"""The banner that says on every page what is overdue."""

from __future__ import annotations

import logging

import reflex as rx

from portal_app.identity.actor import actor_now
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import overdue_memberships
from portal_app.memberships.views import OverdueView, overdue_view
from portal_app.ui.blank import blank

log = logging.getLogger(__name__)
# These say it themselves, and more.
_ORDERS = "/orders"
_MEMBERSHIP = "/billing/manage/{id}"


class OverdueState(rx.State):
    """What the banner of this tab says; nothing while nothing is overdue."""

    view: OverdueView = blank(OverdueView)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed."""
        try:
            await self._read()
        except Exception:
            # What it says was true a moment ago; the next change or page brings the rest.
            log.exception("the banner could not be refreshed")

    async def _read(self) -> None:
        actor, view = actor_now.get(), OverdueView()
        path = self.router.url.path.rstrip("/")
        on_the_way = self.router.url.query_parameters.get("then") == "pay"
        if actor is not None and path != _ORDERS and not on_the_way:
            async with database().reading() as session:
                overdue = await overdue_memberships(session, actor, business_now())
            elsewhere = [one for one in overdue if not _says_it(path, one.row.member.id)]
            view = overdue_view(actor.reader, elsewhere)
        if view != self.view:
            self.view = view


def _says_it(path: str, member_id: str) -> bool:
    own = _MEMBERSHIP.format(id=member_id)
    return path in {own, f"{own}/pay"}


async def refresh_overdue(state: rx.State) -> None:
    """For `ui.banner`: at the beginning of every page."""
    overdue = await state.get_state(OverdueState)
    await overdue._read()  # noqa: SLF001 -- one thing in two places: the hook and the handler
