"""What the page of one invoice or payment holds in a tab: views, and nothing else."""

from __future__ import annotations

import logging

import reflex as rx
from reflex.event import EventSpec
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.invoices.errors import EntryNotFound
from portal_app.invoices.service import get_entry
from portal_app.invoices.state.known import payable
from portal_app.invoices.views import EntryView, entry_view
from portal_app.invoices.views.naming import HISTORY
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import billed_holding, purchases_of, running_memberships
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import start_page

log = logging.getLogger(__name__)


class EntryState(rx.State):
    """One entry's page. *phase* is `loading`, `ready`, `missing` or `failed`."""

    phase: str = "loading"
    view: EntryView = blank(EntryView)
    email: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> EventSpec | None:
        """Read the entry in the address; a payment of an invoice is sent on to that."""
        await start_page(self)
        given_id = self._given_id()
        # Another entry's facts must be gone before this one's are there.
        self.reset()
        self.email = current_actor().email
        try:
            found_id = await self._read(given_id)
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("an entry of the billing history could not be read")
            self.phase = "failed"
            return None
        if found_id not in {given_id, None}:
            return rx.redirect(f"{HISTORY}{found_id}/", replace=True)
        return None

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed."""
        given_id = self._given_id()
        here = f"{HISTORY}{given_id}"
        if self.phase == "loading" or self.router.url.path.rstrip("/") != here:
            return
        try:
            await self._read(given_id)
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("an entry of the billing history could not be refreshed")

    def _given_id(self) -> str:
        return str(getattr(self, "entry_id", ""))

    async def _read(self, given_id: str) -> str | None:
        """The id that the page belongs to, when it is the actor's; shown when it was asked for."""
        actor = current_actor()
        await freshen(self, actor.reader)
        try:
            async with database().reading() as session:
                view = await _entry(session, actor, given_id)
        except EntryNotFound:
            self.view, self.phase = EntryView(), "missing"
            return None
        if view.id == given_id:
            if view != self.view:
                self.view = view
            self.phase = "ready"
        return view.id


async def _entry(session: AsyncSession, actor: Actor, given_id: str) -> EntryView:
    now = business_now()
    details = await get_entry(session, actor, given_id)
    entry = details.entry
    alone = [entry.payment] if entry.invoice is None else []
    bills = payable(await running_memberships(session, actor, now))
    return entry_view(
        actor.reader,
        details,
        await purchases_of(session, actor, alone),
        holding=await billed_holding(session, actor, entry.invoice or entry.payment),
        pay_href=bills[entry.id].href if entry.id in bills else "",
        now=now,
    )
