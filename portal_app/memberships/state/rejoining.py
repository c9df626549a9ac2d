"""What the page that lets an ended membership begin again holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import reflex as rx

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Unconfirmed
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.kit.money import Money
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.service import (
    look_up_rejoin,
    quote_rejoin,
    rejoin,
    rejoin_page,
    rejoin_secret,
)
from portal_app.memberships.views import (
    QuoteView,
    RejoinView,
    quote_view,
    refusal_sentence,
    rejoin_view,
)
from portal_app.provider.errors import AuthenticationRequired
from portal_app.settings import get_settings
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import start_page

log = logging.getLogger(__name__)


class RejoinState(rx.State):
    """*phase* is `loading`, `ready`, `bank`, `checking`, `unconfirmed`, `missing` or `failed`.

    *quote* is what the chosen plan charges now; *attempt* numbers what the button asks for, so that
    the second of two presses within one frame is none.
    """

    phase: str = "loading"
    view: RejoinView = blank(RejoinView)
    quote: QuoteView = blank(QuoteView)
    email: str = ""
    plan: str = ""
    choice: str = ""
    busy: bool = False
    attempt: int = 0
    problem: str = ""
    publishable_key: str = ""
    script: str = ""
    client_secret: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> AsyncIterator[None]:
        """Read what is on sale, then ask what it charges; back from the bank, ask what it said."""
        await start_page(self)
        attempt = self.attempt
        self.reset()
        self.email, self.attempt = current_actor().email, attempt
        if self.router.url.query_parameters.get("payment_intent"):
            self.phase = "checking"
            yield
            await self._guarded(self._find_out, unknown="unconfirmed")
        else:
            await self._guarded(self._read)
        yield
        await self._guarded(self._ask_price)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> AsyncIterator[None]:
        """Pushed when something of this person's changed; what waits for its end follows."""
        here = f"/billing/manage/{self._given_id()}/rejoin"
        waits = self.phase == "ready" and self.view.state == "soon"
        if not waits or self.router.url.path.rstrip("/") != here:
            return
        await self._guarded(self._read, unknown="ready")
        yield
        await self._guarded(self._ask_price)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def choose_plan(self, plan: str) -> AsyncIterator[None]:
        self.plan, self.problem, self.quote = str(plan), "", QuoteView()
        yield
        await self._guarded(self._ask_price)

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose_method(self, method: str) -> None:
        self.choice, self.problem = str(method), ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def join(self, attempt: int) -> AsyncIterator[None]:
        """Begin it again and charge it, once; where the bank asks, its page comes up."""
        ready = self.phase == "ready" and self.view.state == "open" and self.quote.ready
        if attempt != self.attempt or not ready:
            return
        self.attempt += 1
        self.busy, self.problem = True, ""
        yield
        try:
            await self._guarded(self._join, unknown="unconfirmed")
        finally:
            self.busy = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def answered(self) -> AsyncIterator[None]:
        """The bank's page is gone; what the bank said, the provider tells."""
        if self.phase != "bank":
            return
        self.phase, self.client_secret = "checking", ""
        yield
        await self._guarded(self._find_out, unknown="unconfirmed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def check_again(self) -> AsyncIterator[None]:
        """Ask once more about what could not be found out."""
        if self.phase != "unconfirmed":
            return
        self.phase = "checking"
        yield
        await self._guarded(self._find_out, unknown="unconfirmed")

    async def _guarded(
        self, work: Callable[[], Awaitable[None]], *, unknown: str = "failed"
    ) -> None:
        """Whatever goes wrong, the page says what is known: *unknown* is the phase for that."""
        try:
            await work()
        except NotFound:
            self.phase = "missing"
        except Exception:
            log.exception("the page that begins a membership again could not go on")
            self.phase = unknown

    async def _join(self) -> None:
        reader = current_actor().reader
        try:
            await rejoin(
                desk(),
                current_actor(),
                self._given_id(),
                plan_id=self.plan,
                method_id=self.choice,
                due=Money(self.quote.due_minor, self.quote.currency),
            )
        except AuthenticationRequired:
            await self._ask_bank()
        except Unconfirmed:
            self.phase = "unconfirmed"
        except MembershipNotFound:
            raise
        except PortalError as refusal:
            await self._read()
            await self._ask_price()
            self.problem = refusal_sentence(reader, refusal)
        else:
            await self._read(done=True)

    async def _ask_bank(self) -> None:
        settings = get_settings()
        secret = await rejoin_secret(desk(), current_actor(), self._given_id())
        self.publishable_key, self.script = settings.publishable_key, settings.stand_in_script
        self.client_secret, self.phase = secret, "bank"

    async def _find_out(self) -> None:
        reader = current_actor().reader
        await look_up_rejoin(desk(), current_actor(), self._given_id())
        await self._read(done=True)
        if self.view.state not in {"done", "runs"}:
            nothing = reader.say("Nothing has been charged.")
            self.problem = f"{reader.say('The payment was not confirmed.')} {nothing}"
            await self._ask_price()

    async def _ask_price(self) -> None:
        """What the provider says; without it there is no button."""
        if self.phase != "ready" or self.view.state != "open":
            return
        reader = current_actor().reader
        try:
            quote = await quote_rejoin(desk(), current_actor(), self._given_id(), self.plan)
        except PortalError as refusal:
            self.problem = reader.say(refusal.sentence)
        else:
            self.quote = quote_view(reader, quote)

    async def _read(self, *, done: bool = False) -> None:
        actor = current_actor()
        reader = actor.reader
        await freshen(self, reader)
        async with database().reading() as session:
            page = await rejoin_page(session, actor, self._given_id(), business_now())
        self.view = rejoin_view(reader, page, done=done)
        plans = [plan.id for plan in self.view.plans]
        methods = [method.id for method in self.view.methods]
        self.plan = self.plan if self.plan in plans else next(iter(plans), "")
        self.choice = self.choice if self.choice in methods else next(iter(methods), "")
        self.phase = "unconfirmed" if page.waiting else "ready"

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))
