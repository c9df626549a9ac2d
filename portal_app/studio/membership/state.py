"""One membership of the company's in a tab."""

from __future__ import annotations

import logging

import reflex as rx

from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound
from portal_app.studio.membership.service import read_sold
from portal_app.studio.membership.views import SoldPage, sold_page
from portal_app.studio.state import enter
from portal_app.ui.blank import blank
from portal_app.ui.notices import start_page

log = logging.getLogger(__name__)


class SoldMembershipState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`."""

    phase: str = "loading"
    view: SoldPage = blank(SoldPage)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the membership in the address; another company's is not there."""
        await start_page(self)
        given_id = str(getattr(self, "membership_id", ""))
        # Another membership's facts must be gone before this one's are there.
        self.reset()
        try:
            creator = await enter(self)
            async with database().reading() as session:
                details = await read_sold(session, creator, given_id, business_now())
            self.view = sold_page(creator.actor.reader, details)
            self.phase = "ready"
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("a membership's page of the studio could not be read")
            self.phase = "failed"
