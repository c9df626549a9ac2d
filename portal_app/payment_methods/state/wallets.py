"""What the payment methods page and the page that removes one hold in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import reflex as rx
from reflex.event import EventSpec
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk, open_intents
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import (
    declined,
    make_default,
    paid_by,
    remove_method,
    running_memberships,
)
from portal_app.payment_methods.service import find_method, list_wallets, substitutes
from portal_app.payment_methods.state.offers import offer_to_pay
from portal_app.payment_methods.state.uses import uses_of
from portal_app.payment_methods.views import (
    RemovalView,
    WalletsView,
    further_choices,
    label_of,
    removal_view,
    wallets_view,
)
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell
from portal_app.ui.reader import Reader

log = logging.getLogger(__name__)
HERE = "/payment-methods"


class PaymentMethodsState(rx.State):
    """The list. *phase* is `loading`, `ready` or `failed`; *busy* is the id being changed."""

    phase: str = "loading"
    view: WalletsView = blank(WalletsView)
    busy: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read everything again; safe to repeat, also as the answer to “Try again”."""
        await start_page(self)
        try:
            await self._read()
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the payment methods page could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed."""
        if self.phase == "loading" or self.router.url.path.rstrip("/") != HERE:
            return
        try:
            await self._read()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the payment methods page could not be refreshed")

    async def _read(self) -> None:
        actor = current_actor()
        await freshen(self, actor.reader)
        async with database().reading() as session:
            added = self.router.url.query_parameters.get("added", "")
            view = await _wallets(session, actor, str(added))
        if view != self.view:
            self.view = view
        self.phase = "ready"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def make_default(self, method_id: str) -> AsyncIterator[None]:
        """Charge this one from now on, but for memberships with a method of their own."""
        actor = current_actor()
        reader = actor.reader
        self.busy = str(method_id)
        yield
        try:
            await make_default(desk(), actor, method_id)
            await self._read()
            offer = await offer_to_pay(actor, str(method_id))
            text = f"{_made_default(reader, self.view, str(method_id))} {offer.text}".strip()
            await notify(self, "ok", text, link=offer.link)
        except PortalError as error:
            await tell(self, reader, error)
            await self._read()
        finally:
            self.busy = ""


async def _wallets(session: AsyncSession, actor: Actor, added: str) -> WalletsView:
    """*added* is the method that the person comes from adding, as the address names it."""
    now = business_now()
    wallets = await list_wallets(session, actor)
    held = await running_memberships(session, actor, now)
    waiting = await open_intents(session, [wallet.customer.id for wallet in wallets])
    reader, about = actor.reader, {intent.about for intent in waiting}
    view = wallets_view(reader, actor.email, wallets, uses_of(held), about, now=now)
    charged = {one.row.membership.customer_id for one in held if one.will_be_charged}
    method = next((one for each in wallets for one in each.methods if one.id == added), None)
    offers = further_choices(reader, method, wallets, charged) if method else []
    if not (method and offers):
        return view
    return replace(view, added=label_of(reader, method), offers=offers)


def _made_default(reader: Reader, view: WalletsView, method_id: str) -> str:
    rows = [row for wallet in view.wallets for row in wallet.methods]
    label = next((row.label for row in rows if row.id == method_id), "")
    return reader.say("{method} is now your default.", method=label)


class RemoveMethodState(rx.State):
    """The page that removes one. *phase* is `loading`, `ready`, `missing` or `failed`.

    *choice* is a substitute's id, `cancel`, or empty while nothing is chosen.
    """

    phase: str = "loading"
    view: RemovalView = blank(RemovalView)
    choice: str = ""
    error: str = ""
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the method in the address; anything but one of the actor's own is `missing`."""
        await start_page(self)
        self.reset()
        actor = current_actor()
        try:
            await freshen(self, actor.reader)
            async with database().reading() as session:
                self.view = await _removal(session, actor, self._given_id())
            self.phase = "ready"
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the page that removes a payment method could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose(self, choice: str) -> None:
        """What happens to what the method pays for."""
        self.choice, self.error = str(choice), ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def remove(self) -> AsyncIterator[EventSpec | None]:
        """Do it; back on the list, a notice says so."""
        actor = current_actor()
        reader = actor.reader
        if self.view.pays_for and not self.choice:
            self.error = reader.say("Choose what should happen first.")
            return
        self.busy = True
        yield None
        label = self.view.label
        cancel = self.choice == "cancel"
        substitute = None if cancel else self.choice or None
        try:
            await remove_method(
                desk(), actor, self._given_id(), substitute_id=substitute, cancel=cancel
            )
            text = reader.say("{method} was removed.", method=label)
            await notify(self, "ok", text, on_next_page=True)
            yield rx.redirect(f"{HERE}/")
        except Waiting as error:
            await tell(self, reader, error, on_next_page=True)
            yield rx.redirect(f"{HERE}/")
        except PortalError as error:
            await tell(self, reader, error)
        finally:
            self.busy = False

    def _given_id(self) -> str:
        return str(getattr(self, "method_id", ""))


async def _removal(session: AsyncSession, actor: Actor, method_id: str) -> RemovalView:
    method, _ = await find_method(session, actor, method_id)
    running = await running_memberships(session, actor, business_now())
    uses = paid_by(running, method)
    others = await substitutes(session, actor, method)
    overdue = any(held.unpaid is not None for held in uses)
    failed = declined(others, running)
    reader = actor.reader
    return removal_view(reader, method, uses_of(uses), others, overdue=overdue, failed=failed)
