"""What the page that changes a membership's payment method holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import charge_to, method_choices
from portal_app.memberships.views import ChargedToView, charged_to_view
from portal_app.payment_methods.state.offers import offer_to_pay
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell
from portal_app.ui.reader import Reader

log = logging.getLogger(__name__)


class ChargedToState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`; *choice* is a method's id."""

    phase: str = "loading"
    view: ChargedToView = blank(ChargedToView)
    email: str = ""
    choice: str = ""
    everywhere: bool = True
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the membership in the address and what could pay for it."""
        await start_page(self)
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        actor = current_actor()
        self.email = actor.email
        try:
            await freshen(self, actor.reader)
            async with database().reading() as session:
                choices = await method_choices(session, actor, self._given_id(), business_now())
            self.view = charged_to_view(actor.reader, choices)
            self.choice, self.phase = self.view.current, "ready"
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the page of a membership's payment method could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    def choose(self, choice: str) -> None:
        self.choice = str(choice)

    @rx.event
    @allow(Policy.SIGNED_IN)
    def use_everywhere(self, everywhere: bool) -> None:
        self.everywhere = everywhere is True

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def save(self) -> AsyncIterator[EventSpec | None]:
        """Charge the chosen method from now on; back on the membership, a notice says so."""
        actor, member_id = current_actor(), self._given_id()
        reader = actor.reader
        here = f"/billing/manage/{self.view.member_id}/"
        self.busy = True
        yield None
        everywhere = self.everywhere and self.view.others
        try:
            await charge_to(desk(), actor, member_id, self.choice, everywhere=everywhere)
            offer = await offer_to_pay(actor, self.choice)
            text = f"{self._said(reader, everywhere)} {offer.text}".strip()
            await notify(self, "ok", text, link=offer.link, on_next_page=True)
            yield rx.redirect(here)
        except Waiting as waiting:
            await tell(self, reader, waiting, on_next_page=True)
            yield rx.redirect(here)
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False

    def _said(self, reader: Reader, everywhere: bool) -> str:
        label = next((one.label for one in self.view.methods if one.id == self.choice), "")
        if everywhere:
            return reader.say("{method} pays for all your memberships here now.", method=label)
        product = self.view.product
        return reader.say("{method} pays for {product} now.", method=label, product=product)

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))
