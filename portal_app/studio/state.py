"""For which company the studio is open in a tab."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from portal_app.catalog.creators import places_of
from portal_app.identity.actor import CompanyCreator, current_actor
from portal_app.identity.guard import COMPANY
from portal_app.identity.policy import Policy, allow
from portal_app.kit.db import database
from portal_app.kit.ids import has_prefix
from portal_app.studio.declarations.service import count_declared
from portal_app.studio.errors import NoSuchPage
from portal_app.studio.views import StudioFrame, studio_frame
from portal_app.transfers.service import count_waiting
from portal_app.ui.blank import blank


class StudioState(rx.State):
    """The frame of the studio's pages."""

    frame: StudioFrame = blank(StudioFrame)

    @rx.event
    @allow(Policy.CREATOR)
    def switch(self, company_id: str) -> EventSpec | None:
        """The same page for another company; whether it may be seen, that page asks itself."""
        if not has_prefix(company_id, "biz"):
            return None
        room = self.router.url.path.rstrip("/")
        rooms = ("brand", "portal", "transfers", "declarations")
        listed = room in {f"/studio/{one}" for one in rooms}
        return rx.redirect(f"{room if listed else '/studio'}/?{COMPANY}={company_id}")


async def enter(state: rx.State) -> CompanyCreator:
    """Who acts for the company in the address; puts the frame on screen.

    Raises NoSuchPage for everybody else, whether that company exists or not. For `on_load`: other
    handlers are stopped by the guard already.
    """
    actor = current_actor()
    asked_for = str(state.router.url.query_parameters.get(COMPANY, ""))
    places = await places_of(actor)
    frame = await state.get_state(StudioState)
    here = next((one for one in places if asked_for in {"", one.company_id}), None)
    if here is None:
        frame.frame = StudioFrame()
        raise NoSuchPage
    async with database().reading() as session:
        waiting = {
            "transfers": await count_waiting(session, here.company_id),
            "declarations": await count_declared(session, here.company_id),
        }
    frame.frame = studio_frame(places, here, waiting)
    return CompanyCreator(actor, here.company_id, here.is_owner)
