"""Links to a draft: those that a company has, and what one of them shows."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec

from portal_app.branding import publishing, sharing
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company, PortalConfiguration
from portal_app.catalog.versions import newest_version
from portal_app.identity.actor import CompanyCreator, current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.settings import get_settings
from portal_app.studio.sharing.views import (
    Behind,
    SharedLink,
    SharedView,
    shared_links,
    shared_view,
)
from portal_app.ui.blank import blank
from portal_app.ui.catalogue import supported
from portal_app.ui.i18n import LocaleState
from portal_app.ui.notices import notify, tell
from portal_app.ui.reader import Reader

log = logging.getLogger(__name__)


class ShareState(rx.State):
    """The links of the company whose studio is open."""

    links: list[SharedLink] = []
    busy: bool = False

    @rx.event
    @allow(Policy.CREATOR)
    async def share(self) -> AsyncIterator[None]:
        """A link to the draft as it was saved."""
        creator = current_creator()
        reader = creator.actor.reader
        self.busy = True
        yield
        try:
            async with database().unit_of_work() as session:
                await sharing.share_draft(session, creator)
            await notify(self, "ok", reader.say("Your link is ready to be copied."))
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False
        await self._read(creator)

    @rx.event
    @allow(Policy.CREATOR)
    async def revoke(self, preview_id: str) -> EventSpec:
        """From now on that link shows nothing."""
        creator = current_creator()
        reader = creator.actor.reader
        try:
            async with database().unit_of_work() as session:
                await sharing.revoke(session, creator, str(preview_id))
            await notify(self, "ok", reader.say("That link shows nothing any more."))
        except PortalError as refusal:
            await tell(self, reader, refusal)
        await self._read(creator)
        # The button that was pressed is gone with its link.
        return rx.set_focus("main")

    async def _read(self, creator: CompanyCreator) -> None:
        async with database().reading() as session:
            found = await sharing.previews_of(session, creator)
        self.links = shared_links(creator.actor.reader, found, get_settings().origin)


async def list_links(state: rx.State, creator: CompanyCreator) -> None:
    share = await state.get_state(ShareState)
    await share._read(creator)  # noqa: SLF001 -- the studio's own


class SharedPreviewState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`."""

    phase: str = "loading"
    view: SharedView = blank(SharedView)

    @rx.event
    @allow(Policy.PUBLIC)
    async def load(self) -> None:
        """What the link in the address shows: sample data in a draft's look, to anybody."""
        self.reset()
        spoken = await self.get_state(LocaleState)
        asked = {name: str(one) for name, one in self.router.url.query_parameters.items()}
        try:
            _, _, token = self.router.url.path.strip("/").partition("/")
            behind = await _behind(token)
            reader = Reader(supported(spoken.lang))
            self.view = shared_view(reader, behind, asked, business_now())
            self.phase = "ready"
        except NotFound:
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("a shared preview could not be read")
            self.phase = "failed"


async def _behind(token: str) -> Behind:
    """Raises NoSuchPreview."""
    async with database().reading() as session:
        company_id, brand = await sharing.behind_preview(session, token)
        company = await session.get_one(Company, company_id)
        sizes = await publishing.sizes_in(session, brand)
        held = await newest_version(session, PortalConfiguration, company_id)
    policies = Configuration.read(held.body if held else {})
    return Behind(token=token, company=company, brand=brand, sizes=sizes, policies=policies)
