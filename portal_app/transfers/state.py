"""What the page that transfers a membership holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_actor
from portal_app.identity.errors import InvalidAddress
from portal_app.identity.guard import open_document
from portal_app.identity.policy import Policy, allow
from portal_app.identity.stepup import (
    StepUpRequired,
    approved_facts,
    ask_step_up,
    is_confirmed,
)
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import given_away
from portal_app.memberships.views import gone_sentence
from portal_app.provider.current import provider
from portal_app.transfers.errors import CantTransfer, OwnAccount
from portal_app.transfers.service import Wish, confirmation_of, offer, sender_page, withdraw
from portal_app.transfers.views import TransferView, transfer_view
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)


class TransferState(rx.State):
    """*phase* is `loading`, `ready`, `missing`, `given_away` or `failed`.

    *recipient* and *note* are what was typed before the step-up; *confirmed* says that the person
    comes back from there and has typed the code. *gone* says that it is done, *confirmation* where.
    """

    phase: str = "loading"
    view: TransferView = blank(TransferView)
    email: str = ""
    recipient: str = ""
    note: str = ""
    error: str = ""
    confirmed: bool = False
    gone: str = ""
    confirmation: str = ""
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read what would move; back from a step-up, what was typed before it too."""
        await start_page(self)
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        self.email = current_actor().email
        try:
            await self._read()
            await self._fill_in()
        except NotFound:
            await self._say_where_it_went()
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the page that transfers could not be read")
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed: the recipient may have answered."""
        here = f"/billing/manage/{self._given_id()}/transfer"
        if self.phase != "ready" or self.busy or self.router.url.path.rstrip("/") != here:
            return
        try:
            await self._reread()
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the page that transfers could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def offer_it(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Offer it as the page said; whoever has not proved just now that it is them does so."""
        actor = current_actor()
        reader = actor.reader
        self.busy, self.error = True, ""
        yield None
        recipient, note = form.get("recipient"), form.get("note")
        wish = Wish(recipient=recipient, note=note, shown=self.view.shown)
        try:
            await offer(database(), provider(), actor, self._given_id(), wish)
            self.recipient, self.note, self.confirmed = "", "", False
            await notify(self, "ok", reader.say("Your offer was made."))
        except StepUpRequired as needed:
            here = f"/billing/manage/{self.view.member_id}/transfer/"
            try:
                yield open_document(await ask_step_up(actor, needed.approval, back=here))
            except PortalError as refusal:
                await tell(self, reader, refusal)
        except CantTransfer as refusal:
            await self._reread()
            if not self.view.blocked:
                await tell(self, reader, refusal)
        except PortalError as refusal:
            if refusal.code in {InvalidAddress.code, OwnAccount.code}:
                self.error = reader.say(refusal.sentence)
                yield rx.set_focus("field-recipient")
            else:
                await tell(self, reader, refusal)
        finally:
            self.busy = False
            await self._reread()

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def withdraw_it(self) -> AsyncIterator[None]:
        """Take the offer back, as long as nobody has accepted it."""
        actor = current_actor()
        reader = actor.reader
        self.busy = True
        yield
        try:
            await withdraw(database(), actor, self._given_id())
            await notify(self, "ok", reader.say("Your offer was withdrawn. It stays yours."))
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False
            await self._reread()

    async def _reread(self) -> None:
        try:
            await self._read()
        except NotFound:
            await self._say_where_it_went()

    async def _say_where_it_went(self) -> None:
        """Whoever watched their offer sees that it is done, instead of a page that is none."""
        actor, given_id = current_actor(), self._given_id()
        self.phase = "missing"
        async with database().reading() as session:
            gone = await given_away(session, actor, given_id)
            if gone is not None:
                self.confirmation = await confirmation_of(session, given_id)
                self.gone, self.phase = gone_sentence(actor.reader, gone), "given_away"

    async def _read(self) -> None:
        actor = current_actor()
        reader = actor.reader
        await freshen(self, reader)
        async with database().reading() as session:
            page = await sender_page(session, actor, self._given_id(), business_now())
        view = transfer_view(reader, page)
        if view != self.view:
            self.view = view
        self.phase = "ready"

    async def _fill_in(self) -> None:
        approval = str(self.router.url.query_parameters.get("approval", ""))
        if not approval:
            return
        async with database().reading() as session:
            facts = await approved_facts(session, current_actor(), approval)
            confirmed = await is_confirmed(session, current_actor(), approval)
        if facts is not None and facts.get("member_id") == self.view.member_id:
            self.recipient, self.note = facts["recipient"], facts["note"]
            self.confirmed = confirmed

    def _given_id(self) -> str:
        return str(getattr(self, "member_id", ""))
