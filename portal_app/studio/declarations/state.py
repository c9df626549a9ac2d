"""The queue of declarations in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from portal_app.declarations.service import decide, give_back
from portal_app.identity.actor import CompanyCreator, current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.intents.service import desk
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.studio.declarations.service import NoReason, queue_of, refuse
from portal_app.studio.declarations.views import DeclaredQueueView, declared_queue_view
from portal_app.studio.state import enter
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)


class DeclaredQueueState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`."""

    phase: str = "loading"
    view: DeclaredQueueView = blank(DeclaredQueueView)
    busy: bool = False

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the company's; for strangers there is no such page."""
        await start_page(self)
        try:
            await self._read(await enter(self))
            self.phase = "ready"
        except NotFound:
            self.reset()
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the queue of declarations could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.CREATOR)
    async def mean(self, reference: str, membership_id: str) -> AsyncIterator[EventSpec | None]:
        """This membership is meant."""
        work = decide(desk(), current_creator(), str(reference), str(membership_id).strip())
        async for step in self._do(work, "Noted. Its holder is told."):
            yield step

    @rx.event
    @allow(Policy.CREATOR)
    async def mean_other(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """The same with a typed id."""
        given = form if isinstance(form, dict) else {}
        reference = str(given.get("reference", ""))
        membership_id = str(given.get("membership", "")).strip()
        work = decide(desk(), current_creator(), reference, membership_id)
        async for step in self._do(work, "Noted. Its holder is told."):
            yield step

    @rx.event
    @allow(Policy.OWNER)
    async def refund(self, reference: str) -> AsyncIterator[EventSpec | None]:
        """End what a withdrawal is about now and give back what was computed."""
        creator = current_creator()
        work = give_back(desk(), creator.author, str(reference), creator.company_id)
        said = "Noted. What still waits stands here, with what the payment provider said."
        async for step in self._do(work, said):
            yield step

    @rx.event
    @allow(Policy.CREATOR)
    async def refuse_it(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Take it off the list, with a reason."""
        given = form if isinstance(form, dict) else {}
        reference, reason = str(given.get("reference", "")), str(given.get("reason", ""))
        work = self._refused(current_creator(), reference, reason)
        async for step in self._do(work, "Closed. Nothing was changed.", at=reference):
            yield step

    async def _refused(self, creator: CompanyCreator, reference: str, reason: str) -> None:
        async with database().unit_of_work() as session:
            await refuse(session, creator, reference, reason)

    async def _do(
        self, work: Awaitable[object], said: str, *, at: str = ""
    ) -> AsyncIterator[EventSpec | None]:
        """*at* is the declaration at whose field a refusal is said; what was typed stays there."""
        reader = current_creator().actor.reader
        await notify(self, "info", "")
        self.busy = True
        yield None
        try:
            await work
            await notify(self, "ok", reader.say(said))
        except NoReason as refusal:
            self.view = _with_error(self.view, at, reader.say(str(refusal)))
            return
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False
        # The count above the page too.
        await self._read(await enter(self))
        yield rx.set_focus("main")

    async def _read(self, creator: CompanyCreator) -> None:
        async with database().reading() as session:
            queue = await queue_of(session, creator, business_now())
        self.view = declared_queue_view(creator.actor.reader, queue)


def _with_error(view: DeclaredQueueView, reference: str, error: str) -> DeclaredQueueView:
    rows = [replace(row, error=error if row.reference == reference else "") for row in view.rows]
    return replace(view, rows=rows)
