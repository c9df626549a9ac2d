"""What the page of the portal's policies holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import reflex as rx
from reflex.event import EventSpec
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding import publishing, stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.published import logo_tokens
from portal_app.branding.service import BrandLink, links_of
from portal_app.catalog.configuration import Configuration
from portal_app.identity.actor import CompanyCreator, current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.studio.history import VersionRow, number_of, version_rows
from portal_app.studio.portal import service
from portal_app.studio.portal.draft import PolicyDraft
from portal_app.studio.portal.views import (
    PortalStudioView,
    plans_to_choose,
    portal_studio_view,
    products_to_choose,
)
from portal_app.studio.preview.look import sealed_policies
from portal_app.studio.preview.state import draw_preview
from portal_app.studio.state import enter
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, start_page, tell

_Work: TypeAlias = Callable[[AsyncSession, CompanyCreator, Mapping[str, Any]], Awaitable[None]]
log = logging.getLogger(__name__)
SUMMARY_ID = "error-summary"


class PortalStudioState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`.

    *seen* is what an upload expects as well (`expect_policies`).
    *style*, *wordmark* and *links* are of the look that holds: a draft of it is another room's.
    *typed* are the policies on the form, sealed, for the frames of the preview.
    """

    phase: str = "loading"
    view: PortalStudioView = blank(PortalStudioView)
    busy: bool = False
    seen: str = ""
    style: dict[str, str] = {}
    wordmark: str = ""
    links: list[BrandLink] = []
    typed: str = ""
    _brand: dict[str, Any] = {}
    _draft: PolicyDraft = PolicyDraft()
    _versions: list[VersionRow] = []
    _company_id: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the draft, or what holds; for strangers there is no such page."""
        await start_page(self)
        try:
            creator = await enter(self)
            await self._read(creator, shown="cancel")
            self.phase = "ready"
        except NotFound:
            self.reset()
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the portal's policies could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.CREATOR)
    async def note(self, name: str, value: str) -> None:
        """A field was left: the preview follows."""
        await self._put(self._now().noted({str(name): value}))

    @rx.event
    @allow(Policy.CREATOR)
    async def switch(self, name: str, value: bool) -> None:
        """The same for a switch."""
        await self._put(self._now().noted({str(name): value is True}))

    @rx.event
    @allow(Policy.CREATOR)
    async def inherit(self, name: str) -> None:
        """Of a product: as the company has it."""
        await self._put(self._now().as_the_company(str(name)))

    @rx.event
    @allow(Policy.CREATOR)
    async def choose(self, product_id: str) -> EventSpec | None:
        """The settings of another product; what was filled in here is kept."""
        draft = self._now()
        other = draft.of(str(product_id))
        if other is None:
            return rx.set_focus(SUMMARY_ID) if draft.wrong else None
        await self._put(other)
        return None

    @rx.event
    @allow(Policy.CREATOR)
    async def note_cell(self, name: str, key: str, column: str, value: str) -> None:
        """A field of a list was left."""
        await self._put(self._now().cell(str(name), str(key), str(column), str(value)))

    @rx.event
    @allow(Policy.CREATOR)
    async def add_row(self, name: str) -> None:
        """One more line; what is to be filled in has the focus."""
        await self._put(self._now().with_row(str(name)))

    @rx.event
    @allow(Policy.CREATOR)
    async def remove_row(self, name: str, key: str) -> None:
        """It can be had back until it is saved."""
        await self._put(self._now().removed(str(name), str(key), removed=True))

    @rx.event
    @allow(Policy.CREATOR)
    async def keep_row(self, name: str, key: str) -> None:
        """Not removed after all."""
        await self._put(self._now().removed(str(name), str(key), removed=False))

    @rx.event
    @allow(Policy.CREATOR)
    async def move_row(self, name: str, key: str, up: bool) -> None:
        """The focus stays with the line: it may be moved on."""
        await self._put(self._now().moved(str(name), str(key), up=up is True))

    @rx.event
    @allow(Policy.CREATOR)
    async def save(self) -> AsyncIterator[EventSpec | None]:
        """Keep it as a draft."""
        said = "Draft saved. Customers don't see it yet."
        async for step in self._do(service.keep_policies, said):
            yield step

    @rx.event
    @allow(Policy.OWNER)
    async def publish(self) -> AsyncIterator[EventSpec | None]:
        """It holds from now on."""
        said = "Published. It holds from now on."
        async for step in self._do(service.publish_policies, said):
            yield step

    @rx.event
    @allow(Policy.CREATOR)
    async def discard(self) -> None:
        """Back to what holds."""
        creator = current_creator()
        if await self._is_another(creator):
            return
        try:
            async with database().unit_of_work() as session:
                await service.expect_policies(session, creator, self.seen)
                await service.drop_policies(session, creator)
            await self._read(creator)
        except PortalError as refusal:
            await tell(self, creator.actor.reader, refusal)

    @rx.event
    @allow(Policy.OWNER)
    async def restore(self, number: str) -> None:
        """Publish an old version again."""
        creator = current_creator()
        reader = creator.actor.reader
        if await self._is_another(creator):
            return
        try:
            async with database().unit_of_work() as session:
                await service.expect_policies(session, creator, self.seen)
                await service.restore_policies(session, creator, number_of(number))
            await self._read(creator)
            await notify(self, "ok", reader.say("Published. It holds from now on."))
        except PortalError as refusal:
            await tell(self, reader, refusal)

    async def _do(self, work: _Work, said: str) -> AsyncIterator[EventSpec | None]:
        creator = current_creator()
        reader = creator.actor.reader
        await notify(self, "info", "")
        if await self._is_another(creator):
            return
        body = self._now().document
        if body is None:
            yield rx.set_focus(SUMMARY_ID)
            return
        self.busy = True
        yield None
        try:
            async with database().unit_of_work() as session:
                await service.expect_policies(session, creator, self.seen)
                await work(session, creator, body)
            await self._read(creator)
            await notify(self, "ok", reader.say(said))
        except PortalError as refusal:
            await tell(self, reader, refusal)
        finally:
            self.busy = False
        yield rx.set_focus("main")

    async def _is_another(self, creator: CompanyCreator) -> bool:
        """Whether the address names another company than the fields are of; reads its own then."""
        if creator.company_id == self._company_id:
            return False
        await self._read(creator)
        return True

    async def _read(self, creator: CompanyCreator, shown: str = "") -> None:
        """What is stored, in fresh fields."""
        reader = creator.actor.reader
        async with database().reading() as session:
            found = await service.policy_workshop(session, creator)
            brand = await publishing.current_brand(session, creator.company_id)
            sizes = await publishing.sizes_in(session, brand)
        self.style = stylesheet.inline(brand) | logo_tokens(brand, sizes)
        self.wordmark, self._brand = brand.wordmark, brand.model_dump(mode="json")
        self._versions = version_rows(reader, found.versions)
        same = self._company_id == creator.company_id
        self._company_id, self.seen = creator.company_id, found.seen
        before = self._now()
        products = products_to_choose(found.products)
        kept = same and before.product_id in {one.id for one in products}
        self._draft = PolicyDraft(
            body=found.body,
            product_id=before.product_id if kept else "",
            revision=before.revision,
            is_draft=found.is_draft,
            products=products,
            plans=plans_to_choose(reader, found.plans),
        ).drawn()
        await self._draw(creator, shown=shown)

    def _now(self) -> PolicyDraft:
        """The value itself: it is never changed, so nobody has to watch it."""
        draft: PolicyDraft = getattr(self._draft, "__wrapped__", self._draft)
        return draft

    async def _put(self, draft: PolicyDraft) -> None:
        self._draft = draft
        await self._draw(current_creator())

    async def _draw(self, creator: CompanyCreator, shown: str = "") -> None:
        """The page, and the preview while it is possible."""
        draft, reader = self._now(), creator.actor.reader
        self.view = portal_studio_view(reader, draft, versions=self._versions)
        body = draft.shown
        if body is not None:
            brand = Brand.model_validate(self._brand)
            self.links = links_of(brand, Configuration.read(body).support)
            self.typed = sealed_policies(creator.company_id, body)
            await draw_preview(self, creator, body, shown=shown)
