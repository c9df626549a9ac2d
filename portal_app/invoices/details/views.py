"""The billing details page: the form as it is filled in, in the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal_app.customers.models import Customer
from portal_app.invoices.details.addresses import AddressField, country_codes
from portal_app.invoices.details.form import FieldError, Form, NewTaxId, fields_of
from portal_app.invoices.details.service import ALL, Addressed
from portal_app.invoices.details.tax_id import TaxId
from portal_app.invoices.details.tax_kinds import TAX_KINDS, tax_kinds_of
from portal_app.ui.reader import Reader, Tone

_AUTOCOMPLETE = {
    "full_name": "name",
    "company_name": "organization",
    "contact_name": "name",
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "state": "address-level1",
    "postal_code": "postal-code",
}
_STATUSES: dict[str, tuple[str, Tone]] = {
    "pending": ("Being checked", "info"),
    "verified": ("Confirmed", "ok"),
    "unverified": ("Could not be confirmed; it is used all the same", "warn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of a list to choose from."""

    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A field; with *options* one to choose in. Another *key* makes the browser forget what is in.

    *at* is the name of what errors of it are about.
    """

    key: str = ""
    name: str = ""
    label: str = ""
    value: str = ""
    hint: str = ""
    error: str = ""
    autocomplete: str = "off"
    options: list[Option] = field(default_factory=list)


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
    kind: FieldView = FieldView()
    number: FieldView = FieldView()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """One line of the error summary; *href* leads to the field."""

    href: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsView:
    """*revision* changes with what the fields are to hold, whatever is in them now.

    *purchases* is empty for whoever has only one Stripe customer. *offers_tax_ids* where the
    country has kinds that can be added, *asks_tax_ids* also where there are some already.
    """

    email: str = ""
    anything: bool = False
    revision: str = ""
    purchases: list[Option] = field(default_factory=list)
    chosen: str = ALL
    differing: bool = False
    waiting: bool = False
    company: bool = False
    country: FieldView = FieldView()
    names: list[FieldView] = field(default_factory=list)
    address: list[FieldView] = field(default_factory=list)
    asks_tax_ids: bool = False
    offers_tax_ids: bool = False
    tax_ids: list[TaxIdView] = field(default_factory=list)
    new_tax_ids: list[NewTaxIdView] = field(default_factory=list)
    errors: list[ErrorView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The form in a tab: what it is about, what is in it, and what is wrong with that."""

    chosen: str
    form: Form
    errors: Sequence[FieldError] = ()
    revision: int = 0


def details_view(
    reader: Reader,
    email: str,
    addressed: Addressed,
    titles: Mapping[str, Sequence[str]],
    filled: Filled,
) -> DetailsView:
    """*titles* are the products that each customer (by id) pays for."""
    form = filled.form
    said = {one.at: _sentence(reader, one) for one in reversed(filled.errors)}
    offers = bool(tax_kinds_of(form.country))
    stored = addressed.details.address.get("country", "")
    return DetailsView(
        email=email,
        anything=bool(addressed.customers),
        revision=f"{filled.chosen}-{filled.revision}",
        purchases=_purchases(reader, addressed.customers, titles),
        chosen=filled.chosen,
        differing=addressed.differing,
        waiting=addressed.waiting,
        company=form.company,
        country=_country(reader, form, said),
        names=_names(reader, form, said),
        address=[_address_field(reader, form, one, said) for one in fields_of(form, stored)],
        asks_tax_ids=offers or bool(form.shown),
        offers_tax_ids=offers,
        tax_ids=_tax_ids(reader, form, addressed.statuses),
        new_tax_ids=[_new_tax_id(reader, form, row, said) for row in form.new],
        errors=[ErrorView(href=f"#field-{at}", text=text) for at, text in reversed(said.items())],
    )


def _sentence(reader: Reader, error: FieldError) -> str:
    values = {name: reader.say(text) for name, text in error.values.items()}
    return reader.say(error.sentence, **values)


def _purchases(
    reader: Reader, customers: Sequence[Customer], titles: Mapping[str, Sequence[str]]
) -> list[Option]:
    if len(customers) < 2:  # noqa: PLR2004 -- nothing to choose between
        return []
    each = [Option(value=one.id, label=_purchase(reader, one, titles)) for one in customers]
    return [Option(value=ALL, label=reader.say("All my purchases")), *each]


def _purchase(reader: Reader, customer: Customer, titles: Mapping[str, Sequence[str]]) -> str:
    products = ", ".join(dict.fromkeys(titles.get(customer.id, ())))
    if customer.currency is None:
        return products or reader.say("Not billed yet")
    if products:
        return f"{products} ({customer.currency})"
    return reader.say("Billed in {currency}", currency=customer.currency)


def _country(reader: Reader, form: Form, said: Mapping[str, str]) -> FieldView:
    named = [Option(value=code, label=reader.country(code)) for code in country_codes()]
    named.sort(key=lambda one: unicodedata.normalize("NFKD", one.label).casefold())
    return FieldView(
        name="country",
        label=reader.say("Country"),
        value=form.country,
        error=said.get("country", ""),
        autocomplete="country",
        options=[Option(value="", label=reader.say("Choose a country")), *named],
    )


def _names(reader: Reader, form: Form, said: Mapping[str, str]) -> list[FieldView]:
    if form.company:
        labels = {
            "company_name": reader.say("Company name"),
            "contact_name": _optional(reader, reader.say("Contact person")),
        }
    else:
        labels = {"full_name": reader.say("Full name")}
    return [_text_field(form, name, label, said) for name, label in labels.items()]


def _optional(reader: Reader, label: str) -> str:
    return reader.say("{field} (optional)", field=label)


def _text_field(form: Form, name: str, label: str, said: Mapping[str, str]) -> FieldView:
    return FieldView(
        key=name,
        name=name,
        label=label,
        value=form.texts.get(name, ""),
        error=said.get(name, ""),
        autocomplete=_AUTOCOMPLETE[name],
    )


def _address_field(
    reader: Reader, form: Form, one: AddressField, said: Mapping[str, str]
) -> FieldView:
    label = reader.say(one.label)
    label = label if one.required else _optional(reader, label)
    typed = form.texts.get(one.name, "")
    options = [Option(value=value, label=name) for value, name in one.choices]
    return FieldView(
        # What is chosen in one country's list means nothing in another's.
        key=f"{form.country}-{one.name}" if options else one.name,
        name=one.name,
        label=label,
        value=(one.chosen(typed) or "") if options else typed,
        error=said.get(one.name, ""),
        autocomplete=_AUTOCOMPLETE[one.name],
        options=[Option(value="", label=reader.say("Please choose")), *options] if options else [],
    )


def _tax_ids(
    reader: Reader, form: Form, statuses: Mapping[tuple[str, str], str]
) -> list[TaxIdView]:
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


def _new_tax_id(reader: Reader, form: Form, row: NewTaxId, said: Mapping[str, str]) -> NewTaxIdView:
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
