"""What the billing history holds in a tab: views alone; its filters stand in the address."""

from __future__ import annotations

import logging
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.invoices.rules.wanted import Wanted, asked
from portal_app.invoices.service import PageAddress, read_history
from portal_app.invoices.state.known import known_of, with_bills
from portal_app.invoices.views import HistoryView, history_view
from portal_app.invoices.views.naming import HISTORY
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.memberships.service import purchases_of
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import start_page

log = logging.getLogger(__name__)
_FILTERS = ("year", "membership", "status", "number")


class HistoryState(rx.State):
    """The history. *phase* is `loading`, `ready` or `failed`.

    *_top* is the newest entry of a first page: while the page is open it stays the first, and what
    arrives above it is only counted. *focus* is the filter that was changed last: a page that
    loads is made anew, and the keyboard would start from the top.
    """

    phase: str = "loading"
    view: HistoryView = blank(HistoryView)
    focus: str = ""
    _top: str = ""
    _changed: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the page in the address; safe to repeat, also as the answer to “Try again”."""
        await start_page(self)
        self._top = ""
        self.focus, self._changed = self._changed, ""
        try:
            await self._read()
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the billing history could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed; no row moves away under their eyes."""
        if self.phase == "loading" or self.router.url.path.rstrip("/") != HISTORY.rstrip("/"):
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the billing history could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose(self, name: str, value: str) -> EventSpec | None:
        """Go to the address with this filter changed; the browser's back button undoes it."""
        if name not in _FILTERS:
            return None
        self._changed = name
        query = {one: self._query(one) for one in _FILTERS} | {name: str(value)}
        return rx.redirect(_address(query))

    @rx.event
    @allow(Policy.SIGNED_IN)
    def search(self, form: dict[str, Any]) -> EventSpec | None:
        """The same for a part of a number."""
        query = {one: self._query(one) for one in _FILTERS}
        self._changed = "number"
        typed = form.get("number", "") if isinstance(form, dict) else ""
        return rx.redirect(_address(query | {"number": str(typed)}))

    def _query(self, name: str) -> str:
        return str(self.router.url.query_parameters.get(name, ""))

    def _page(self) -> PageAddress:
        if self._top:
            return PageAddress(top=self._top)
        return PageAddress(after=self._query("after"), before=self._query("before"))

    async def _read(self) -> None:
        actor, now = current_actor(), business_now()
        reader = actor.reader
        await freshen(self, reader)
        page = self._page()
        async with database().reading() as session:
            said = asked({name: self._query(name) for name in _FILTERS})
            said, chosen = await with_bills(session, actor, said, now)
            found = await read_history(session, actor, said.wanted, page, now)
            known = await known_of(session, actor, chosen, now)
            alone = [one.payment for one in found.entries if one.invoice is None]
            purchases = await purchases_of(session, actor, alone)
        view = history_view(
            reader, found, said.wanted, known, purchases, now=now, unknown=said.unknown
        )
        if view != self.view:
            self.view = view
        self._top = found.entries[0].key.id if found.entries and not found.newer else ""
        self.phase = "ready"


def _address(query: dict[str, str]) -> str:
    """What the address would mean, written in one way; the membership is looked up on the page."""
    wanted: Wanted = asked(query).wanted
    return wanted.address(HISTORY)
