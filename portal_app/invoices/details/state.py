"""What the billing details page holds in a tab."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import reflex as rx
from reflex.event import EventSpec

from portal_app.identity.actor import Actor, current_actor
from portal_app.identity.policy import Policy, allow
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk
from portal_app.invoices.details.errors import TaxIdRefused
from portal_app.invoices.details.form import (
    MOST_TAX_IDS,
    FieldError,
    Form,
    NewTaxId,
    checked,
    filled_in,
    form_of,
)
from portal_app.invoices.details.rules import Details
from portal_app.invoices.details.service import ALL, Addressed, read_details, save_details
from portal_app.invoices.details.tax_id import TaxId
from portal_app.invoices.details.tax_kinds import tax_kinds_of
from portal_app.invoices.details.views import DetailsView, Filled, details_view
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.memberships.service import running_memberships
from portal_app.ui.blank import blank
from portal_app.ui.freshness import freshen
from portal_app.ui.notices import notify, start_page, tell

log = logging.getLogger(__name__)
HERE: Final = "/billing/details"
# As long as a text that is remembered between two events may be; what is saved is checked closer.
_REMEMBERED: Final = 1_000
SUMMARY_ID: Final = "error-summary"


class BillingDetailsState(rx.State):
    """*phase* is `loading`, `ready` or `failed`; what was typed is kept from field to field."""

    phase: str = "loading"
    view: DetailsView = blank(DetailsView)
    busy: bool = False
    _filled: Filled = Filled(chosen=ALL, form=Form())
    _saved: Form = Form()
    _stored_country: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def load(self) -> None:
        """Read everything again; safe to repeat, also as the answer to “Try again”."""
        await start_page(self)
        try:
            await freshen(self, current_actor().reader)
            await self._begin(ALL)
        except Exception:
            # Whatever went wrong, a page must say so: a skeleton would promise that data comes.
            log.exception("the billing details page could not be read")
            self.reset()
            self.phase = "failed"

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def refresh(self) -> None:
        """Pushed when something of this person's changed; what is being typed stays."""
        if self.phase != "ready" or self.router.url.path.rstrip("/") != HERE:
            return
        try:
            if self._filled.form == self._saved:
                await self._begin(self._filled.chosen)
            else:
                await self._show(self._filled)
        except Exception:
            # What the page shows was true a moment ago; the next change or visit brings the rest.
            log.exception("the billing details page could not be refreshed")

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def choose_purchase(self, choice: str) -> None:
        """What the details apply to; the form shows what is stored for that."""
        try:
            await self._begin(str(choice))
        except NotFound as error:
            await tell(self, current_actor().reader, error)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def choose_kind(self, kind: str) -> None:
        """`person` or `company`."""
        await self._fill(company=kind == "company")

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def choose_country(self, country: str) -> None:
        """Another country has other fields and kinds of tax ids; what was typed is kept."""
        kinds = tax_kinds_of(str(country))
        first = kinds[0].kind if kinds else ""
        offered = {one.kind for one in kinds}
        rows = self._filled.form.new
        new = tuple(row if row.kind in offered else replace(row, kind=first) for row in rows)
        await self._fill(country=str(country)[:_REMEMBERED], new=new)

    @rx.event
    @allow(Policy.SIGNED_IN)
    def note(self, name: str, value: str) -> None:
        """Remember what was typed into a field, should it go away with a choice and come back."""
        self._note(name, value)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def choose_tax_kind(self, name: str, kind: str) -> None:
        """The hint shows what a number of this kind looks like."""
        self._note(name, kind)
        await self._show(self._filled)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def add_tax_id(self) -> None:
        """One more row, of the country's usual kind."""
        form = self._filled.form
        kinds = tax_kinds_of(form.country)
        if kinds and len(form.kept) + len(form.new) < MOST_TAX_IDS:
            key = max((row.key for row in form.new), default=0) + 1
            await self._fill(new=(*form.new, NewTaxId(key=key, kind=kinds[0].kind)))

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def drop_row(self, key: str) -> None:
        """Take a row away that was added."""
        await self._fill(new=tuple(row for row in self._filled.form.new if str(row.key) != key))

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def remove_tax_id(self, key: str) -> None:
        """It goes when the form is saved."""
        form = self._filled.form
        await self._fill(removed=tuple(dict.fromkeys((*form.removed, *self._shown(key)))))

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def keep_tax_id(self, key: str) -> None:
        """It stays after all."""
        kept = self._shown(key)
        removed = tuple(one for one in self._filled.form.removed if one not in kept)
        await self._fill(removed=removed)

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def save(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Save what is in the form; what is wrong is said above it, and nothing typed is lost."""
        await notify(self, "info", "")  # what was said of an earlier try is over
        self._filled = replace(self._filled, form=filled_in(self._filled.form, form), errors=())
        wanted, errors = checked(self._filled.form, self._stored_country)
        if wanted is None:
            yield await self._point_out(errors)
            return
        self.busy = True
        yield None
        try:
            yield await self._save(current_actor(), wanted)
        finally:
            self.busy = False

    async def _save(self, actor: Actor, wanted: Details) -> EventSpec:
        reader = actor.reader
        try:
            changed = await save_details(desk(), actor, self._filled.chosen, wanted)
            await self._begin(self._filled.chosen)
            if changed:
                text = reader.say("Saved. Your next invoices will carry these details.")
                await notify(self, "ok", text)
            else:
                await notify(self, "info", reader.say("Nothing has changed."))
        except TaxIdRefused as refused:
            at = _row_of(self._filled.form, refused.tax_id)
            return await self._point_out([FieldError(at, refused.sentence)])
        except Waiting as waiting:
            await self._show(self._filled)
            await tell(self, reader, waiting)
        except PortalError as error:
            await self._show(self._filled)
            await tell(self, reader, error)
        return rx.set_focus("main")

    async def _point_out(self, errors: list[FieldError]) -> EventSpec:
        await self._show(replace(self._filled, errors=tuple(errors)))
        return rx.set_focus(SUMMARY_ID)

    def _note(self, name: str, value: str) -> None:
        """Choices of kind and country have handlers of their own, as they change the fields."""
        if name not in {"kind", "country"}:
            form = filled_in(self._filled.form, {name: value[:_REMEMBERED]})
            self._filled = replace(self._filled, form=form)

    def _shown(self, key: str) -> tuple[TaxId, ...]:
        """The tax id of that row; none for a key that there is not."""
        return tuple(one for at, one in enumerate(self._filled.form.shown) if str(at) == key)

    async def _fill(self, **changed: Any) -> None:  # noqa: ANN401 -- fields of Form
        await self._show(replace(self._filled, form=replace(self._filled.form, **changed)))

    async def _begin(self, choice: str) -> None:
        """Show what is stored, in fresh fields."""
        addressed, titles = await self._read(choice)
        form = form_of(addressed.details)
        same = (choice, form) == (self._filled.chosen, self._filled.form)
        revision = self._filled.revision + (0 if same else 1)
        self._saved, self._stored_country = form, form.country
        self._draw(addressed, titles, Filled(chosen=choice, form=form, revision=revision))
        self.phase = "ready"

    async def _show(self, filled: Filled) -> None:
        addressed, titles = await self._read(filled.chosen)
        self._draw(addressed, titles, filled)

    def _draw(self, addressed: Addressed, titles: dict[str, list[str]], filled: Filled) -> None:
        actor = current_actor()
        self._filled = filled
        view = details_view(actor.reader, actor.email, addressed, titles, filled)
        if view != self.view:
            self.view = view

    async def _read(self, choice: str) -> tuple[Addressed, dict[str, list[str]]]:
        actor = current_actor()
        titles: dict[str, list[str]] = {}
        async with database().reading() as session:
            addressed = await read_details(session, actor, choice)
            for held in await running_memberships(session, actor, business_now()):
                row = held.row
                titles.setdefault(row.membership.customer_id, []).append(row.product.title)
        return addressed, titles


def _row_of(form: Form, refused: TaxId) -> str:
    """The row in which a refused tax id was typed."""
    numbers = {f"tax-{row.key}": TaxId(row.kind, row.value) for row in form.new}
    exact = [at for at, one in numbers.items() if one.same(refused)]
    alike = [at for at, one in numbers.items() if one.kind == refused.kind]
    return next(iter([*exact, *alike, "add-tax-id"]))
