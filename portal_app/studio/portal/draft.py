"""What a creator has filled in so far, for all products or for one; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from portal_app.catalog.policies import exceptions_of, with_exceptions
from portal_app.studio.portal.form import (
    Form,
    WrongSetting,
    base_of,
    checked,
    effective,
    filled_in,
    form_of,
    own_settings,
)
from portal_app.studio.portal.rows import Row, filled, marked, moved, with_row
from portal_app.studio.portal.settings import SETTINGS, TARGETS
from portal_app.studio.portal.sold import Sold


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """*body* is the document as it was read, with what was filled in for other products.

    *form* is what stands in the fields for *product_id*, empty for all products; *revision* changes
    when they have to be drawn anew. *reset* is the setting that went back to the company's last.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    form: Form = field(default_factory=lambda: Form({}, {}))
    product_id: str = ""
    revision: int = 0
    is_draft: bool = False
    products: Sequence[Sold] = ()
    plans: Sequence[Sold] = ()
    reset: str = ""

    @property
    def wrong(self) -> list[WrongSetting]:
        return checked(self.form, self.body, self.product_id)[1]

    @property
    def document(self) -> dict[str, Any] | None:
        """All of it, to be stored; None while something is wrong."""
        return checked(self.form, self.body, self.product_id)[0]

    @property
    def shown(self) -> dict[str, Any] | None:
        """The same as it holds for the product at hand."""
        document = self.document
        return None if document is None else with_exceptions(document, self.product_id)

    @property
    def own(self) -> frozenset[str]:
        """The settings of the product that differ from the company's."""
        return own_settings(self.form, self.body, self.product_id)

    @property
    def differing(self) -> frozenset[str]:
        """The products that had something of their own when it was read."""
        return frozenset(exceptions_of(self.body))

    def drawn(self) -> Self:
        """With the fields as they are stored."""
        form = form_of(effective(self.body, self.product_id))
        return replace(self, form=form, revision=self.revision + 1, reset="")

    def of(self, product_id: str) -> Self | None:
        """The same draft for another product; None while something is wrong here."""
        document = self.document
        known = product_id in {"", *(one.id for one in self.products)}
        if document is None or not known:
            return None
        return replace(self, body=document, product_id=product_id).drawn()

    def noted(self, given: Mapping[str, Any]) -> Self:
        return replace(self, form=Form(filled_in(self.form.fields, given), self.form.rows))

    def as_the_company(self, name: str) -> Self:
        """The setting as the company has it."""
        if not self.product_id or name not in SETTINGS:
            return self
        base = form_of(base_of(self.body, self.product_id))
        fields = dict(self.form.fields)
        # What is pressed last has the focus, and that is the setting now.
        rows = {at: [{**row, "focus": ""} for row in found] for at, found in self.form.rows.items()}
        if name in base.fields:
            fields[name] = base.fields[name]
        if name in base.rows:
            rows[name] = list(base.rows[name])
        form, revision = Form(fields, rows), self.revision + 1
        return replace(self, form=form, revision=revision, reset=name)

    def with_row(self, name: str) -> Self:
        if name not in self.form.rows:
            return self
        plans = [one.id for one in self.plans_for(name)]
        return self._rows(name, with_row(SETTINGS[name], self.form.rows[name], plans))

    def removed(self, name: str, key: str, *, removed: bool) -> Self:
        return self._rows(name, marked(self.form.rows.get(name, ()), key, removed=removed))

    def moved(self, name: str, key: str, *, up: bool) -> Self:
        return self._rows(name, moved(self.form.rows.get(name, ()), key, up=up))

    def cell(self, name: str, key: str, column: str, text: str) -> Self:
        """What is no plan of the company's is not taken; what was there before stays."""
        if name not in self.form.rows:
            return self
        setting = SETTINGS[name]
        if any(one.name == column and one.kind == "plan" for one in setting.columns) and (
            text not in {plan.id for plan in self.plans}
        ):
            return self
        return self._rows(name, filled(setting, self.form.rows[name], key, column, text))

    def plans_for(self, name: str) -> list[Sold]:
        """Plans that a list can name: another product's can be changed to, not given a discount."""
        anybodys = name == TARGETS or not self.product_id
        return [one for one in self.plans if anybodys or one.product_id == self.product_id]

    def _rows(self, name: str, rows: Sequence[Row]) -> Self:
        if name not in self.form.rows:
            return self
        return replace(self, form=Form(self.form.fields, {**self.form.rows, name: rows}))
