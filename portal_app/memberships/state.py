"""What the orders page and a membership's page hold in a tab: views, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.service import (
    PastPosition,
    get_membership,
    list_memberships,
    past_memberships,
)
from portal_app.memberships.views import (
    MembershipView,
    OrdersView,
    membership_view,
    orders_view,
    with_older,
)
from portal_app.ui.notices import notify, start_page
from portal_app.ui.reader import Reader

log = logging.getLogger(__name__)


class OrdersState(rx.State):
    """The orders page. *phase* is `loading`, `ready` or `failed`."""

    phase: str = "loading"
    view: OrdersView = OrdersView()
    busy: bool = False
    _past_after: PastPosition | None = None

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read everything again; safe to repeat, also as the answer to “Try again”."""
        await start_page(self)
        actor = current_actor()
        try:
            async with database().reading() as session:
                found = await list_memberships(session, actor, business_now())
            self.view = orders_view(Reader(actor.locale), actor.email, found)
            self._past_after, self.phase = found.past_after, "ready"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the orders page could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def show_older(self) -> AsyncIterator[None]:
        """Append the next page of past memberships."""
        if self._past_after is None:
            return
        self.busy = True
        yield
        actor = current_actor()
        reader = Reader(actor.locale)
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


class MembershipState(rx.State):
    """One membership's page. *phase* is `loading`, `ready`, `missing` or `failed`."""

    phase: str = "loading"
    view: MembershipView = MembershipView()
    email: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> EventSpec | None:
        """Read the membership in the address; a `mem_` id is sent on to its `mber_` page."""
        await start_page(self)
        actor = current_actor()
        given_id = getattr(self, "member_id", "")
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        self.email = actor.email
        try:
            async with database().reading() as session:
                details = await get_membership(session, actor, given_id, business_now())
            member_id = details.held.row.member.id
            if member_id != given_id:
                return rx.redirect(f"/billing/manage/{member_id}/", replace=True)
            self.view = membership_view(Reader(actor.locale), details)
            self.phase = "ready"
        except MembershipNotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("a membership's page could not be read")
            self.phase = "failed"
        return None
