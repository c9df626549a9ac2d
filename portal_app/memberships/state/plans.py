"""What the page that changes a plan holds in a tab: a choice, and what it comes to."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.guard import open_document
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Unconfirmed, Waiting
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.plan_errors import NoPlanChosen, QuoteChanged, QuoteExpired
from portal_app.memberships.service import (
    PlanPage,
    Quote,
    change_plan,
    keep_plan,
    plan_page,
    quote_change,
)
from portal_app.memberships.views import PlanQuoteView, PlanView, plan_quote_view, plan_view
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)
HEADING: Final = "plan-heading"


class PlanState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`; *quote* is what *choice* comes to.

    *attempt* numbers what the button asks for: two presses within one frame carry the same number,
    and the second is none. *problem* is why the last press did nothing.
    """

    phase: str = "loading"
    view: PlanView = blank(PlanView)
    email: str = ""
    choice: str = ""
    units: int = 1
    reviewing: bool = False
    quote: PlanQuoteView = blank(PlanQuoteView)
    busy: bool = False
    attempt: int = 0
    problem: str = ""
    # What is carried out: a browser never sends amounts back.
    _quote: Quote | None = None

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read what the membership in the address can change to."""
        await start_page(self)
        attempt = self.attempt
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        self.email, self.attempt = current_actor().email, attempt
        try:
            await self._read()
            self.choice, self.units = self.view.chosen, self.view.units
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the page that changes a plan could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed: a payment may have come."""
        here = f"/billing/manage/{self._given_id()}/plan"
        if self.phase != "ready" or self.busy or self.router.url.path.rstrip("/") != here:
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the page that changes a plan could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose(self, plan_id: str) -> None:
        self.choice, self.problem = str(plan_id), ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    def count(self, units: str) -> None:
        """What was typed; what is no number is none that can be had."""
        typed = str(units).strip()
        self.units = int(typed) if typed.isdecimal() and len(typed) < 7 else 0  # noqa: PLR2004
        self.problem = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def review(self) -> AsyncIterator[EventSpec | None]:
        """Have the provider work out what the choice comes to."""
        self.busy, self.problem = True, ""
        await notify(self, "info", "")
        yield None
        await self._guarded(self._ask)
        if self.reviewing:
            yield rx.set_focus(HEADING)

    @rx.event
    @allow(Policy.SIGNED_IN)
    def back(self) -> EventSpec:
        """Choose again."""
        self._forget()
        self.problem = ""
        return rx.set_focus(HEADING)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def confirm(self, attempt: int) -> AsyncIterator[EventSpec | None]:
        """Carry out what was shown; where a bank asks, its page comes next."""
        if attempt != self.attempt or self.phase != "ready" or self._quote is None:
            return
        self.attempt += 1
        self.busy, self.problem = True, ""
        yield None
        await self._guarded(self._change)
        if self.view.state == "pending" and self.view.asks_bank:
            yield open_document(f"{self.view.way_out}?bank=1")
        elif not self.reviewing:
            yield rx.set_focus(HEADING)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def keep(self) -> AsyncIterator[None]:
        """Give up a change that has not happened."""
        self.busy, self.problem = True, ""
        yield
        await self._guarded(self._keep)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Whatever comes of it, the page says how things stand."""
        reader = current_actor().reader
        try:
            await work()
        except (Waiting, Unconfirmed):
            self._forget()  # The page itself says it, for as long as it is so.
        except NotFound:
            self.phase = "missing"
        except PortalError as refusal:
            self.problem = reader.say(refusal.sentence)
            if not self.reviewing:
                await tell(self, reader, refusal)
        finally:
            self.busy = False
            await self._reread()

    async def _ask(self) -> None:
        actor = current_actor()
        if not self.choice:
            # The button can be pressed all the same: one that wakes up late is skipped by the keys.
            raise NoPlanChosen
        found = await quote_change(desk(), actor, self._given_id(), self.choice, self.units)
        page = await self._page()
        self._quote, self.quote = found, plan_quote_view(actor.reader, page, found)
        self.reviewing = True

    async def _change(self) -> None:
        actor = current_actor()
        reader, quote = actor.reader, self._quote
        if quote is None:
            return
        try:
            await change_plan(desk(), actor, quote)
        except (QuoteExpired, QuoteChanged) as stale:
            self._forget()
            await self._ask()
            self.problem = reader.say(stale.sentence)
            return
        self._forget()
        await self._read()
        if self.view.state != "pending":
            said = reader.say("Your plan is {plan} now.", plan=self.view.current)
            await notify(self, "ok", said)
        self.choice, self.units = self.view.chosen, self.view.units

    async def _keep(self) -> None:
        await keep_plan(desk(), current_actor(), self._given_id())
        await self._read()
        self.choice, self.units = self.view.chosen, self.view.units
        reader = current_actor().reader
        await notify(self, "ok", reader.say("You keep {plan}.", plan=self.view.current))

    def _forget(self) -> None:
        self._quote, self.quote, self.reviewing = None, PlanQuoteView(), False

    async def _reread(self) -> None:
        try:
            await self._read()
        except NotFound:
            self.phase = "missing"

    async def _read(self) -> None:
        reader = current_actor().reader
        await freshen(self, reader)
        view = plan_view(reader, await self._page())
        if view != self.view:
            self.view = view
        if view.state != "open":
            self._forget()
        self.phase = "ready"

    async def _page(self) -> PlanPage:
        async with database().reading() as session:
            return await plan_page(session, current_actor(), self._given_id(), business_now())

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))
