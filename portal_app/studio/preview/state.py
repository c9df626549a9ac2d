"""What the preview shows in a tab, and how: which state, on what, in light or in dark."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.identity.actor import CompanyCreator, current_creator
from portal_app.identity.policy import Policy, allow
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.studio.preview.views import (
    DEVICES,
    THEMES,
    Option,
    PreviewView,
    options,
    preview_view,
)
from portal_app.ui.blank import blank
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader


class PreviewState(rx.State):
    """*_body* are the policies that the preview shows, as a stored document."""

    view: PreviewView = blank(PreviewView)
    options: list[Option] = []
    device: str = "phone"
    theme: str = "light"
    language: str = "en"
    _body: dict[str, Any] = {}
    _company_id: str = ""

    @rx.event
    @allow(Policy.CREATOR)
    async def show(self, which: str) -> None:
        """Another state of a membership, or another page."""
        await self._draw(current_creator(), str(which))

    @rx.event
    @allow(Policy.CREATOR)
    def choose_device(self, device: str) -> None:
        self.device = device if device in DEVICES else "phone"

    @rx.event
    @allow(Policy.CREATOR)
    def choose_theme(self, theme: str) -> None:
        self.theme = theme if theme in THEMES else "light"

    @rx.event
    @allow(Policy.CREATOR)
    async def choose_language(self, language: str) -> None:
        """The preview's only; the studio around it stays in the creator's own."""
        self.language = supported(str(language))
        await self._draw(current_creator(), self.view.shown)

    async def _draw(self, creator: CompanyCreator, which: str) -> None:
        async with database().reading() as session:
            company = await session.get_one(Company, creator.company_id)
        reader, policies = Reader(self.language), Configuration.read(self._body)
        self.view = preview_view(reader, company, policies, which, business_now())


async def draw_preview(
    state: rx.State, creator: CompanyCreator, body: dict[str, Any], *, shown: str = ""
) -> None:
    """Show the policies of *body*; what is shown stays, unless *shown* says otherwise."""
    preview = await state.get_state(PreviewState)
    if preview._company_id != creator.company_id:  # noqa: SLF001
        preview.language = supported(creator.actor.locale)
        preview.options = options(creator.actor.reader)
        preview._company_id = creator.company_id  # noqa: SLF001
    preview._body = body  # noqa: SLF001 -- the studio's own
    await preview._draw(creator, shown or preview.view.shown)  # noqa: SLF001
