"""The form as somebody filled it in, and whether it can be saved: pure, and says where it can't."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from portal_app.invoices.details.addresses import AddressField, address_fields, country_codes
from portal_app.invoices.details.rules import Details
from portal_app.invoices.details.tax_id import TaxId
from portal_app.invoices.details.tax_kinds import TAX_KINDS, tax_kinds_of

# Stripe's limit of business and individual names; the others are ours, below any of Stripe's.
LONGEST: Final = {
    "full_name": 150,
    "company_name": 150,
    "contact_name": 150,
    "line1": 200,
    "line2": 200,
    "city": 100,
    "state": 100,
    "postal_code": 20,
    "tax": 50,
}
MOST_TAX_IDS: Final = 5
NAMES: Final = ("full_name", "company_name", "contact_name")
# Line breaks and other controls, halves of characters, and what turns the direction of writing.
_REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaxId:
    """A row that was added to the form; *key* tells rows apart."""

    key: int
    kind: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """*texts* are names and address fields, also those that the country at hand doesn't have.

    *shown* are tax ids that were there when the form was opened, *removed* those of them that are
    to go.
    """

    company: bool = False
    country: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[TaxId, ...] = ()
    removed: tuple[TaxId, ...] = ()
    new: tuple[NewTaxId, ...] = ()

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip(" ")

    @property
    def kept(self) -> tuple[TaxId, ...]:
        return tuple(one for one in self.shown if one not in self.removed)


@dataclass(frozen=True, slots=True)
class FieldError:
    """*at* is the name of what is wrong (`city`, `tax-1`); the sentence is English."""

    at: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)


def form_of(details: Details) -> Form:
    """What the form shows of *details*."""
    names = {"company_name": details.name, "contact_name": details.contact}
    texts = names if details.company else {"full_name": details.name}
    address = {key: text for key, text in details.address.items() if key != "country"}
    return Form(
        company=details.company,
        country=details.address.get("country", ""),
        texts=_without_empty({**texts, **address}),
        shown=details.tax_ids,
    )


def _without_empty(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def filled_in(form: Form, given: Mapping[str, object]) -> Form:
    """*form* with what the browser sent; unknown names and values of other types are left out."""
    texts = {
        name: value
        for name, value in given.items()
        if name in LONGEST and name != "tax" and isinstance(value, str)
    }
    kind, country = given.get("kind"), given.get("country")
    return replace(
        form,
        company=kind == "company" if isinstance(kind, str) else form.company,
        country=country if isinstance(country, str) else form.country,
        texts=_without_empty({**form.texts, **texts}),
        new=tuple(_row_filled_in(row, given) for row in form.new),
    )


def _row_filled_in(row: NewTaxId, given: Mapping[str, object]) -> NewTaxId:
    kind, value = given.get(f"tax-kind-{row.key}"), given.get(f"tax-{row.key}")
    return replace(
        row,
        kind=kind if isinstance(kind, str) else row.kind,
        value=value if isinstance(value, str) else row.value,
    )


def fields_of(form: Form, stored_country: str = "") -> list[AddressField]:
    """The address fields of the form: its country's, and what was stored although it has no such.

    So nothing that is there already disappears unseen.
    """
    fields = list(address_fields(form.country))
    if form.country and form.country == stored_country:
        names = {one.name for one in fields}
        others = [("city", "City"), ("state", "State"), ("postal_code", "Postal code")]
        fields += [
            AddressField(name=name, label=label)
            for name, label in others
            if name not in names and form.text(name)
        ]
    return fields


def checked(form: Form, stored_country: str = "") -> tuple[Details | None, list[FieldError]]:
    """What to save, or what is wrong, in the order of the form."""
    address: dict[str, str] = {}
    ids: list[TaxId] = list(form.kept)
    errors = [*_names(form), *_country(form)]
    if not any(error.at == "country" for error in errors):
        for one in fields_of(form, stored_country):
            errors += _address_field(form, one, address)
    errors += _tax_ids(form, ids)
    if errors:
        return None, errors
    name = form.text("company_name" if form.company else "full_name")
    contact = form.text("contact_name") if form.company else ""
    address["country"] = form.country
    details = Details(
        company=form.company, name=name, contact=contact, address=address, tax_ids=tuple(ids)
    )
    return details, []


def _names(form: Form) -> Iterator[FieldError]:
    if form.company:
        yield from _required(form, "company_name", "Enter the company's name.")
        yield from _readable("contact_name", form.text("contact_name"))
    else:
        yield from _required(form, "full_name", "Enter your full name.")


def _required(form: Form, name: str, sentence: str) -> Iterator[FieldError]:
    if not form.text(name):
        yield FieldError(name, sentence)
    yield from _readable(name, form.text(name))


def _readable(name: str, text: str, kind: str = "") -> Iterator[FieldError]:
    """At most one error: too long, or with signs that have no place in one line of text."""
    most = LONGEST[kind or name]
    if len(text) > most:
        yield FieldError(name, "Use at most {count} characters.", {"count": str(most)})
    elif any(unicodedata.category(sign) in _REFUSED or sign in _TURNING for sign in text):
        yield FieldError(name, "Use one line of plain text, without control characters.")


def _country(form: Form) -> Iterator[FieldError]:
    if form.country not in country_codes():
        yield FieldError("country", "Choose a country.")


def _address_field(form: Form, one: AddressField, address: dict[str, str]) -> Iterator[FieldError]:
    """Put the field's value into *address*, or say what is wrong with it."""
    text = form.text(one.name)
    text = text.upper() if one.upper else text
    wrong = list(_readable(one.name, text)) or list(_fitting(one, text))
    if wrong:
        yield from wrong
    elif text:
        address[one.name] = (one.chosen(text) or text) if one.choices else text


def _fitting(one: AddressField, text: str) -> Iterator[FieldError]:
    if not text:
        if one.required and one.choices:
            yield FieldError(one.name, "Choose from the list: {field}.", {"field": one.label})
        elif one.required:
            yield FieldError(one.name, "{field} is missing.", {"field": one.label})
    elif one.choices and one.chosen(text) is None:
        yield FieldError(one.name, "Choose from the list: {field}.", {"field": one.label})
    elif one.pattern is not None and not one.pattern.match(text):
        said = {"field": one.label, "example": one.example}
        yield FieldError(one.name, "{field}: write it like {example}.", said)


def _tax_ids(form: Form, ids: list[TaxId]) -> Iterator[FieldError]:
    """Add the new ones to *ids*. An empty row is none; one twice is one."""
    for row in form.new:
        value = row.value.strip(" ")
        if not value:
            continue
        name = f"tax-{row.key}"
        kind = TAX_KINDS.get(row.kind)
        wrong = list(_readable(name, value, "tax"))
        if wrong:
            yield from wrong
        elif kind is None or kind not in tax_kinds_of(form.country):
            yield FieldError(name, "Choose which kind of tax ID this is.")
        elif (number := kind.normalised(value, form.country)) is None:
            said = {"kind": kind.label, "example": kind.example}
            yield FieldError(name, "This is no valid {kind}. It looks like {example}.", said)
        elif not any(TaxId(kind.kind, number).same(other) for other in ids):
            ids.append(TaxId(kind.kind, number))
    if len(ids) > MOST_TAX_IDS and form.new:
        at = f"tax-{form.new[-1].key}"
        yield FieldError(at, "Use at most {count} tax IDs.", {"count": str(MOST_TAX_IDS)})
