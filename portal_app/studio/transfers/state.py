"""The queue of transfers in a tab; where it is scrolled to stands in the address."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import reflex as rx

from portal_app.identity.actor import CompanyCreator, current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.studio.state import enter
from portal_app.studio.transfers.views import QueueView, queue_view
from portal_app.transfers.service import approve, queue_of, refuse
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)


class TransferQueueState(rx.State):
    """*phase* as everywhere; *unexplained* is what was to be declined without a word why."""

    phase: str = "loading"
    view: QueueView = blank(QueueView)
    unexplained: str = ""
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the page in the address; for strangers there is no such page."""
        await start_page(self)
        try:
            await self._read(await enter(self))
            self.phase = "ready"
        except NotFound:
            self.reset()
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the queue of transfers could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.CREATOR)
    async def approve_it(self, transfer_id: str) -> AsyncIterator[Any]:
        """Let the offer go out to whom it is for."""
        creator = current_creator()
        self.busy = True
        yield None
        await self._decide(creator, approve(database(), creator, transfer_id), "Approved.")
        # The button that was pressed is gone with its card.
        yield rx.set_focus("main")

    @rx.event
    @allow(Policy.CREATOR)
    async def decline_it(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Close it; the sender reads why."""
        creator = current_creator()
        given = form if isinstance(form, dict) else {}
        transfer_id, reason = str(given.get("transfer", "")), str(given.get("reason", ""))
        self.unexplained = "" if reason.strip() else transfer_id
        if self.unexplained:
            return
        self.busy = True
        yield None
        work = refuse(database(), creator, transfer_id, reason)
        await self._decide(creator, work, "Declined. The sender reads why.")
        yield rx.set_focus("main")

    async def _decide(self, creator: CompanyCreator, work: Awaitable[object], said: str) -> None:
        reader = creator.actor.reader
        try:
            await work
            await notify(self, "ok", reader.say(said))
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False
            # The count above the page too.
            await self._read(await enter(self))

    async def _read(self, creator: CompanyCreator) -> None:
        after = str(self.router.url.query_parameters.get("after", ""))
        async with database().reading() as session:
            queue = await queue_of(session, creator, after)
            if after and not queue.rows:
                # The last of a page was decided, or the address is old: what waits comes before.
                after, queue = "", await queue_of(session, creator)
        reader = creator.actor.reader
        self.view = queue_view(reader, creator.company_id, queue, after=after)
