"""A promotion code being tried on the page that changes a plan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from portal_app.identity.actor import current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk
from portal_app.kit.errors import PortalError
from portal_app.memberships.plan_errors import QuoteExpired
from portal_app.memberships.service import PromotionQuote, quote_promotion, use_promotion
from portal_app.memberships.views import PromotionView, promotion_view
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, tell


class PromotionState(rx.State):
    """*offer* is what the code gives, with an empty code while none was tried."""

    offer: PromotionView = blank(PromotionView)
    busy: bool = False
    problem: str = ""
    _quote: PromotionQuote | None = None

    @rx.event
    @allow(Policy.SIGNED_IN)
    def start(self) -> None:
        """Another page, another code."""
        self.reset()

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def check(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """Say what a code would give; nothing is used yet."""
        self.busy, self.problem = True, ""
        yield
        await self._guarded(lambda: self._check(form.get("code")))

    @rx.event
    @allow(Policy.SIGNED_IN)
    def drop(self) -> None:
        self.reset()

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def use(self) -> AsyncIterator[None]:
        """Use the code that was shown."""
        if self._quote is None:
            return
        self.busy, self.problem = True, ""
        yield
        await self._guarded(self._use)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        reader = current_actor().reader
        try:
            await work()
        except Waiting as waiting:
            self.reset()
            await tell(self, reader, waiting)
        except PortalError as refusal:
            self.problem = reader.say(refusal.sentence)
        finally:
            self.busy = False

    async def _check(self, code: object) -> None:
        actor = current_actor()
        self._quote = None
        self.offer = PromotionView()
        member_id = str(getattr(self, "member_id", ""))
        found = await quote_promotion(desk(), actor, member_id, code)
        self._quote, self.offer = found, promotion_view(actor.reader, found)

    async def _use(self) -> None:
        actor, quote = current_actor(), self._quote
        if quote is None:
            return
        try:
            await use_promotion(desk(), actor, quote)
        except QuoteExpired:
            await self._check(quote.promotion.code)
            raise
        reader, gives = actor.reader, self.offer.gives
        self.reset()
        said = reader.say("The code is used: {gives}.", gives=gives)
        await notify(self, "ok", said)
