"""What a membership's page holds in a tab: views, and nothing else."""

from __future__ import annotations

import logging

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.service import changes_plan, get_membership, given_away
from portal_app.memberships.views import MembershipView, gone_sentence, membership_view
from portal_app.transfers.service import confirmation_of, confirmation_of_taking
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import start_page

log = logging.getLogger(__name__)


class MembershipState(rx.State):
    """One membership's page. *phase* is `loading`, `ready`, `missing`, `given_away` or `failed`.

    *gone* says since when somebody else has what this person held once, *confirmation* where that
    is confirmed.
    """

    phase: str = "loading"
    view: MembershipView = blank(MembershipView)
    email: str = ""
    gone: str = ""
    confirmation: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> EventSpec | None:
        """Read the membership in the address; a `mem_` id is sent on to its `mber_` page."""
        await start_page(self)
        actor = current_actor()
        given_id = self._given_id()
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        self.email = actor.email
        try:
            member_id = await self._read(given_id)
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("a membership's page could not be read")
            self.phase = "failed"
            return None
        if member_id not in {given_id, None}:
            return rx.redirect(f"/billing/manage/{member_id}/", replace=True)
        return None

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed."""
        given_id = self._given_id()
        here = f"/billing/manage/{given_id}"
        if self.phase == "loading" or self.router.url.path.rstrip("/") != here:
            return
        try:
            await self._read(given_id)
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("a membership's page could not be refreshed")

    async def _say_where_it_went(self, given_id: str) -> None:
        actor = current_actor()
        async with database().reading() as session:
            gone = await given_away(session, actor, given_id)
            if gone is None:
                return
            self.confirmation = await confirmation_of(session, given_id)
        self.gone, self.phase = gone_sentence(actor.reader, gone), "given_away"

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))

    async def _read(self, given_id: str) -> str | None:
        """The id that the page belongs to, when it is the actor's; shown when it was asked for."""
        actor = current_actor()
        await freshen(self, actor.reader)
        try:
            async with database().reading() as session:
                details = await get_membership(session, actor, given_id, business_now())
                can_change = await changes_plan(session, details.held)
                taken = await confirmation_of_taking(session, details.held.row.member)
        except MembershipNotFound:
            self.view, self.phase = MembershipView(), "missing"
            await self._say_where_it_went(given_id)
            return None
        member_id = details.held.row.member.id
        view = membership_view(
            actor.reader, details, can_change_plan=can_change, confirmation=taken
        )
        if member_id == given_id:
            if view != self.view:
                self.view = view
            self.phase = "ready"
        return member_id
