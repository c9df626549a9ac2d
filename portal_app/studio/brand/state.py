"""What the brand studio holds in a tab: what is typed, and what it looks like."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import reflex as rx
from reflex.event import EventSpec
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding import publishing
from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import PortalConfiguration
from portal_app.catalog.versions import newest_version
from portal_app.identity.actor import CompanyCreator, current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.studio.brand.form import COLOURS, PICTURES, checked, filled_in, form_of
from portal_app.studio.brand.views import BrandStudioView, Typed, brand_studio_view
from portal_app.studio.history import VersionRow, number_of, version_rows
from portal_app.studio.preview.look import sealed
from portal_app.studio.preview.state import draw_preview
from portal_app.studio.sharing.state import list_links
from portal_app.studio.state import enter
from portal_app.ui.blank import blank
from portal_app.ui.notices import notify, start_page, tell
from portal_app.ui.reader import Reader

_Work: TypeAlias = Callable[[AsyncSession, CompanyCreator, Brand], Awaitable[None]]
log = logging.getLogger(__name__)
SUMMARY_ID = "error-summary"


class BrandStudioState(rx.State):
    """*phase* is `loading`, `ready`, `missing` or `failed`.

    *look* is what is typed, sealed, for the frames of the preview; *seen* is what an upload expects
    as well (`expect_brand`). *choosing* names the picture that is being uploaded, in place of the
    form: the browser leaves the page with it, so nothing may be typed that is not saved.
    """

    phase: str = "loading"
    view: BrandStudioView = blank(BrandStudioView)
    look: str = ""
    busy: bool = False
    seen: str = ""
    choosing: str = ""
    _form: dict[str, str] = {}
    _stored: dict[str, str] = {}
    _brand: dict[str, Any] = {}
    _revision: int = 0
    _is_draft: bool = False
    _versions: list[VersionRow] = []
    _company_id: str = ""
    _sizes: dict[str, tuple[int, int]] = {}
    _policies: dict[str, Any] = {}

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read the draft, or what holds; for strangers there is no such page."""
        await start_page(self)
        try:
            creator = await enter(self)
            await self._read(creator)
            self.phase = "ready"
        except NotFound:
            self.reset()
            self.phase = "missing"
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the brand studio could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.CREATOR)
    def note(self, name: str, value: str) -> None:
        """A field was left: the preview and the contrasts follow."""
        self._fill({str(name): value})

    @rx.event
    @allow(Policy.CREATOR)
    def use(self, name: str, colour: str) -> None:
        """Take the colour that was proposed."""
        if name in COLOURS:
            self._revision += 1
            self._fill({name: colour})

    @rx.event
    @allow(Policy.CREATOR)
    def drop_picture(self, name: str) -> None:
        """Go without; it goes for good when the draft is saved."""
        if name in PICTURES:
            self._form = {**self._form, name: ""}
            self._fill({})

    @rx.event
    @allow(Policy.CREATOR)
    async def choose_picture(self, name: str) -> AsyncIterator[EventSpec | None]:
        """Keep what is typed, then ask for the picture; what can't be kept stays on the form."""
        if name not in PICTURES or await self._is_another(current_creator()):
            return
        if self._form != self._stored:
            async for step in self._do(_keep, "Draft saved. Customers don't see it yet."):
                yield step
        if self._form == self._stored:
            self.choosing = name
            yield rx.set_focus(f"field-{name}")

    @rx.event
    @allow(Policy.CREATOR)
    def back_to_form(self) -> EventSpec:
        """Without another picture."""
        self.choosing = ""
        return rx.set_focus("main")

    @rx.event
    @allow(Policy.CREATOR)
    async def save(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Keep what is typed as a draft, readable or not; what is no brand is said."""
        self._fill(form)
        async for step in self._do(_keep, "Draft saved. Customers don't see it yet."):
            yield step

    @rx.event
    @allow(Policy.OWNER)
    async def publish(self) -> AsyncIterator[EventSpec | None]:
        """Make it the company's look, for everybody, now."""
        async for step in self._do(_publish, "Published. Open pages show it already."):
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
                await publishing.expect_brand(session, creator, self.seen)
                await publishing.drop_draft(session, creator)
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
                await publishing.expect_brand(session, creator, self.seen)
                await publishing.restore_brand(session, creator, number_of(number))
            await looks.refresh(at_most_every=0)
            await self._read(creator)
            await notify(self, "ok", reader.say("Published. Open pages show it already."))
        except PortalError as refusal:
            await tell(self, reader, refusal)

    async def _do(self, work: _Work, said: str) -> AsyncIterator[EventSpec | None]:
        creator = current_creator()
        reader = creator.actor.reader
        await notify(self, "info", "")
        if await self._is_another(creator):
            return
        brand, _ = checked(self._form)
        if brand is None:
            yield rx.set_focus(SUMMARY_ID)
            return
        self.busy = True
        yield None
        try:
            async with database().unit_of_work() as session:
                await publishing.expect_brand(session, creator, self.seen)
                await work(session, creator, brand)
            await looks.refresh(at_most_every=0)
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

    async def _read(self, creator: CompanyCreator) -> None:
        """What is stored, in fresh fields."""
        reader = creator.actor.reader
        async with database().reading() as session:
            found = await publishing.workshop(session, creator)
            newest = await newest_version(session, PortalConfiguration, creator.company_id)
        self._policies = dict(newest.body) if newest else {}
        self._form, self._is_draft, self._sizes = form_of(found.brand), found.is_draft, found.sizes
        self._stored, self.choosing = self._form, ""
        self._brand = found.brand.model_dump(mode="json")
        self._versions = version_rows(reader, found.versions)
        self._company_id, self.seen = creator.company_id, found.seen
        self._revision += 1
        self._draw(reader)
        await draw_preview(self, creator, self._policies)
        await list_links(self, creator)

    def _fill(self, given: dict[str, Any]) -> None:
        self._form = filled_in(self._form, given if isinstance(given, dict) else {})
        if self._form != self._stored:
            self.choosing = ""
        self._draw(current_creator().actor.reader)

    def _draw(self, reader: Reader) -> None:
        brand, wrong = checked(self._form)
        if brand is not None:
            self._brand = brand.model_dump(mode="json")
        typed = Typed(
            form=self._form,
            brand=brand or Brand.model_validate(self._brand),
            wrong=wrong,
            revision=self._revision,
            is_draft=self._is_draft,
            versions=self._versions,
            sizes=self._sizes,
            support=Configuration.read(self._policies).support,
        )
        self.view = brand_studio_view(reader, typed)
        self.look = sealed(self._company_id, typed.brand)


async def _keep(session: AsyncSession, creator: CompanyCreator, brand: Brand) -> None:
    await publishing.keep_draft(session, creator, brand)


async def _publish(session: AsyncSession, creator: CompanyCreator, brand: Brand) -> None:
    await publishing.publish_brand(session, creator.company_id, brand, creator.author)
