"""The studio's first page in a tab; what is searched stands in the address."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound
from portal_app.studio.home.service import LONGEST_QUESTION, figures, search
from portal_app.studio.home.views import HomeView, home_view
from portal_app.studio.state import enter
from portal_app.ui.blank import blank
from portal_app.ui.notices import start_page

log = logging.getLogger(__name__)


class StudioHomeState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`."""

    phase: str = "loading"
    view: HomeView = blank(HomeView)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the page in the address; for strangers there is no such page."""
        await start_page(self)
        wanted, after = self._query("q"), self._query("after")
        try:
            creator = await enter(self)
            now = business_now()
            async with database().reading() as session:
                found = await search(session, creator, wanted, after, now)
                counted = await figures(session, creator, now)
            reader = creator.actor.reader
            self.view = home_view(
                reader, creator.company_id, counted, found, wanted=wanted, after=after
            )
            self.phase = "ready"
        except NotFound:
            self.reset()
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the studio's first page could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.CREATOR)
    def search(self, form: dict[str, Any]) -> EventSpec:
        """Go to the address of what was typed; the browser's back button undoes it."""
        typed = str(form.get("q", "")).strip() if isinstance(form, dict) else ""
        query = {"company": current_creator().company_id} | ({"q": typed} if typed else {})
        return rx.redirect(f"/studio/?{urlencode(query)}")

    def _query(self, name: str) -> str:
        return str(self.router.url.query_parameters.get(name, "")).strip()[:LONGEST_QUESTION]
