"""The tax ids of the billing details' form, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal_app.invoices.details.field_views import FieldView, Option
from portal_app.invoices.details.form import Form, NewTaxId
from portal_app.invoices.details.tax_id import TaxId
from portal_app.invoices.details.tax_kinds import TAX_KINDS, tax_kinds_of
from portal_app.ui.reader import Reader, Tone

_STATUSES: dict[str, tuple[str, Tone]] = {
    "pending": ("Being checked", "info"),
    "verified": ("Confirmed", "ok"),
    "unverified": ("Could not be confirmed; it is used all the same", "warn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxIdView:
    """A tax id that is there already; *status* is what Stripe's check of it came to, in words."""

    key: str = ""
    title: str = ""
    status: str = ""
    tone: Tone = "muted"
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaxIdView:
    """A row for one more: which kind, and its number; *title* tells rows apart."""

    key: str = ""
    title: str = ""
    kind: FieldView = field(default_factory=FieldView)
    number: FieldView = field(default_factory=FieldView)


def tax_id_views(
    reader: Reader, form: Form, statuses: Mapping[tuple[str, str], str]
) -> list[TaxIdView]:
    """Those that are there already, in the form's order; *statuses* by kind and number."""
    return [
        _tax_id(reader, key, one, statuses.get((one.kind, one.value), ""), one in form.removed)
        for key, one in enumerate(form.shown)
    ]


def _tax_id(reader: Reader, key: int, one: TaxId, status: str, removed: bool) -> TaxIdView:
    kind = TAX_KINDS.get(one.kind)
    label = reader.say(kind.label) if kind else reader.say("Tax ID")
    words, tone = _STATUSES.get(status, ("", "muted"))
    return TaxIdView(
        key=str(key),
        title=f"{label}: {one.value}",
        status=reader.say(words) if words else "",
        tone=tone,
        removed=removed,
    )


def new_tax_id_view(
    reader: Reader, form: Form, row: NewTaxId, said: Mapping[str, str]
) -> NewTaxIdView:
    """*said* is what is wrong, by field."""
    kinds = tax_kinds_of(form.country)
    example = next((one.example for one in kinds if one.kind == row.kind), "")
    return NewTaxIdView(
        key=str(row.key),
        title=reader.say("New tax ID {number}", number=row.key),
        kind=FieldView(
            key=f"{form.country}-kind-{row.key}",
            name=f"tax-kind-{row.key}",
            label=reader.say("Kind of tax ID"),
            value=row.kind,
            options=[Option(value=one.kind, label=reader.say(one.label)) for one in kinds],
        ),
        number=FieldView(
            key=f"number-{row.key}",
            name=f"tax-{row.key}",
            label=reader.say("Number"),
            value=row.value,
            hint=reader.say("For example {example}", example=example) if example else "",
            error=said.get(f"tax-{row.key}", ""),
        ),
    )
