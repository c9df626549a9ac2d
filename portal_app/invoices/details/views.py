"""The billing details page: the form as it is filled in, in the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal_app.customers.models import Customer
from portal_app.invoices.details.addresses import AddressField, country_codes
from portal_app.invoices.details.field_views import FieldView, Option
from portal_app.invoices.details.form import FieldError, Form, fields_of
from portal_app.invoices.details.service import ALL, Addressed
from portal_app.invoices.details.tax_id_views import (
    NewTaxIdView,
    TaxIdView,
    new_tax_id_view,
    tax_id_views,
)
from portal_app.invoices.details.tax_kinds import tax_kinds_of
from portal_app.ui.reader import Reader

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
    country: FieldView = field(default_factory=FieldView)
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
        tax_ids=tax_id_views(reader, form, addressed.statuses),
        new_tax_ids=[new_tax_id_view(reader, form, row, said) for row in form.new],
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
