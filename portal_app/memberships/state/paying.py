"""What the page that pays holds in a tab; the money itself is decided by the service."""

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
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.service import (
    PaymentPage,
    charge_to,
    confirmation_secret,
    look_up_payment,
    pay_open_invoice,
    payment_page,
    payment_returned,
)
from portal_app.memberships.views import PayView, not_paid, pay_view
from portal_app.provider.errors import AuthenticationRequired, CardDeclined
from portal_app.settings import get_settings
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import start_page
from portal_app.ui.reader import Reader

log = logging.getLogger(__name__)


class PayState(rx.State):
    """*phase* is `loading`, `ready`, `bank`, `checking`, `unconfirmed`, `missing` or `failed`.

    *attempt* numbers what the button asks for: two presses within one frame carry the same number,
    and the second is none. *problem* is why the last try did not succeed, *done* what was changed
    beside the payment.
    """

    phase: str = "loading"
    view: PayView = blank(PayView)
    email: str = ""
    choice: str = ""
    keep: bool = True
    busy: bool = False
    attempt: int = 0
    problem: str = ""
    done: str = ""
    publishable_key: str = ""
    script: str = ""
    client_secret: str = ""
    # The invoice that this tab goes on showing, paid or not.
    _shown: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> AsyncIterator[None]:
        """Read what is due; back from the bank's page, find out what came of it first."""
        await start_page(self)
        kept = (self.choice, self.keep) if self.view.member_id == self._given_id() else ("", True)
        attempt = self.attempt
        self.reset()
        self.email, self.attempt = current_actor().email, attempt
        if returning := self._given("payment_intent"):
            self.choice, self.keep = kept
            self.phase = "checking"
            yield
            await self._guarded(lambda: self._return(returning))
        else:
            await self._guarded(self._open)
            if self._given("bank") and self.view.asks_bank:
                # From the page that changes a plan: the bank is asked without one more press.
                await self._guarded(self._ask_bank)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed: an automatic retry may have paid it."""
        here = f"/billing/manage/{self._given_id()}/pay"
        quiet = self.phase in {"ready", "unconfirmed"} and not self.busy
        if not quiet or self.router.url.path.rstrip("/") != here:
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the page that pays could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose(self, choice: str) -> None:
        self.choice, self.problem = str(choice), ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    def keep_method(self, keep: bool) -> None:
        self.keep = keep is True

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def pay(self, attempt: int) -> AsyncIterator[None]:
        """Charge the chosen method, once; where the bank asks, its page comes up."""
        if attempt != self.attempt or self.phase != "ready" or self.view.state != "owed":
            return
        self.attempt += 1
        self.busy, self.problem = True, ""
        yield
        try:
            await self._guarded(self._pay, unknown="unconfirmed")
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
            log.exception("the page that pays could not go on")
            self.phase = unknown

    async def _open(self) -> None:
        page = await self._read()
        offered = {method.id for method in page.methods}
        wanted = (self._given("method"), self.view.current, *(one.id for one in page.methods))
        self.choice = next((one for one in wanted if one in offered), "")

    async def _return(self, payment_id: str) -> None:
        async with database().reading() as session:
            self._shown = await payment_returned(session, current_actor(), payment_id)
        await self._find_out()
        if self.choice not in {method.id for method in self.view.methods}:
            await self._open()

    async def _pay(self) -> None:
        reader = current_actor().reader
        try:
            await pay_open_invoice(
                desk(),
                current_actor(),
                self._given_id(),
                self.choice,
                amount_minor=self.view.amount_minor,
            )
        except AuthenticationRequired:
            await self._ask_bank()
        except CardDeclined:
            await self._conclude()
        except Unconfirmed:
            await self._read()
            self.phase = "unconfirmed"
        except MembershipNotFound:
            raise
        except PortalError as refusal:
            await self._read()
            if self.view.state == "owed":
                self.problem = reader.say(refusal.sentence)
            elif self.view.state == "paid":
                self.done = reader.say("It was paid already, and nothing was charged again.")
        else:
            await self._conclude()

    async def _ask_bank(self) -> None:
        settings = get_settings()
        secret = await confirmation_secret(desk(), current_actor(), self._shown)
        self.publishable_key, self.script = settings.publishable_key, settings.stand_in_script
        self.client_secret, self.phase = secret, "bank"

    async def _find_out(self) -> None:
        await look_up_payment(desk(), current_actor(), self._shown)
        await self._conclude()

    async def _conclude(self) -> None:
        """Show how things stand after a try, and why where it is still open."""
        reader = current_actor().reader
        page = await self._read()
        if self.view.state == "owed" and self.phase == "ready":
            self.problem = not_paid(reader, page)
        elif self.view.state in {"paid", "under_way"}:
            self.done = await self._use_it_from_now_on(reader)

    async def _use_it_from_now_on(self, reader: Reader) -> str:
        """The payment is made whatever happens here."""
        view = self.view
        label = next((one.label for one in view.methods if one.id == self.choice), "")
        if not (self.keep and view.renews and label) or self.choice == view.current:
            return ""
        try:
            await charge_to(desk(), current_actor(), view.member_id, self.choice, everywhere=False)
        except PortalError as later:
            return reader.say(later.sentence)
        return reader.say("{method} pays for {product} now.", method=label, product=view.product)

    async def _read(self) -> PaymentPage:
        actor = current_actor()
        reader = actor.reader
        await freshen(self, reader)
        async with database().reading() as session:
            page = await payment_page(
                session, actor, self._given_id(), business_now(), shown=self._shown
            )
        view = pay_view(reader, page)
        if view != self.view:
            self.view = view
        self._shown = view.invoice_id
        self.phase = "unconfirmed" if page.waiting else "ready"
        return page

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))

    def _given(self, name: str) -> str:
        return str(self.router.url.query_parameters.get(name, ""))
