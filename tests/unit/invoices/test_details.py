"""Addresses by country, kinds of tax ids, and what of a form can be saved: pure."""

from __future__ import annotations

import inspect
import re

import pytest
from stripe.params import CustomerTaxIdCreateParams

from portal_app.customers.models import Customer
from portal_app.invoices.details.addresses import address_fields, country_codes
from portal_app.invoices.details.form import Form, NewTaxId, checked, fields_of, filled_in, form_of
from portal_app.invoices.details.rules import Details, alike, details_of, fullest, plan
from portal_app.invoices.details.tax_id import TaxId
from portal_app.invoices.details.tax_kinds import TAX_KINDS, tax_kinds_of
from portal_app.ui.catalogue import translate
from tests.rows import NOW

BERLIN = {"line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin", "country": "DE"}
VAT = TaxId("eu_vat", "DE136695976")


def customer(**over: object) -> Customer:
    given = {"id": "cust_1", "stripe_customer_id": "cus_1", "created_at": NOW, "observed_at": NOW}
    return Customer(**{**given, **over})


def row(kind: str, value: str, id_: str = "txi_1") -> dict[str, str]:
    return {"id": id_, "kind": kind, "value": value, "status": ""}


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("DE", ["line1", "line2", "postal_code", "city"]),
        ("US", ["line1", "line2", "city", "state", "postal_code"]),
        ("GB", ["line1", "line2", "city", "postal_code"]),
        ("JP", ["postal_code", "state", "line1", "line2"]),
        ("SG", ["line1", "line2", "postal_code"]),
        ("XX", []),
    ],
)
def test_each_country_has_its_fields_in_its_order(country: str, names: list[str]) -> None:
    assert [one.name for one in address_fields(country)] == names


def test_every_country_can_be_filled_in() -> None:
    assert len(country_codes()) > 240
    for country in country_codes():
        fields = {one.name: one for one in address_fields(country)}
        assert fields["line1"].required
        postal = fields.get("postal_code")
        if postal and postal.pattern and postal.example:
            assert postal.pattern.match(postal.example), country
        for one in fields.values():
            assert translate("de", one.label)


def test_regions_are_found_by_code_or_name() -> None:
    (state,) = [one for one in address_fields("US") if one.name == "state"]
    assert [state.chosen(text) for text in ("ny", "New York", "Berlin")] == ["NY", "NY", None]
    (prefecture,) = [one for one in address_fields("JP") if one.name == "state"]
    assert dict(prefecture.choices)["東京都"] == "Tokyo"


@pytest.mark.parametrize("kind", TAX_KINDS.values(), ids=lambda one: one.kind)
def test_each_kind_is_stripes_and_its_example_passes(kind: object) -> None:
    known = set(re.findall(r'"([a-z]{2}_\w+)"', inspect.getsource(CustomerTaxIdCreateParams)))
    one = TAX_KINDS[kind.kind]  # type: ignore[attr-defined]
    country = min(one.countries)
    assert one.kind in known
    assert one.countries <= country_codes()
    assert one.normalised(one.example, country) == one.example
    assert one.normalised("1", country) is None
    assert one in tax_kinds_of(country)


@pytest.mark.parametrize(
    ("kind", "country", "typed", "normal"),
    [
        ("eu_vat", "DE", "de 136 695 976", "DE136695976"),
        ("eu_vat", "DE", "136695976", "DE136695976"),
        ("eu_vat", "GR", "GR 094259216", "EL094259216"),
        ("eu_vat", "GR", "094259216", "EL094259216"),
        ("eu_vat", "FR", "DE136695976", "DE136695976"),
        ("eu_vat", "DE", "136695975", None),
        ("gb_vat", "GB", "980 7806 84", "GB980780684"),
        ("us_ein", "US", "911144442", "91-1144442"),
        ("ca_bn", "CA", "123026635RT0001", None),
    ],
)
def test_numbers_are_written_as_stripe_does(
    kind: str, country: str, typed: str, normal: str | None
) -> None:
    assert TAX_KINDS[kind].normalised(typed, country) == normal


def test_an_address_without_a_list_keeps_what_stripe_had_beside_it() -> None:
    form = Form(country="SG", texts={"city": "Singapore", "line1": "1 Raffles Place"})
    assert [one.name for one in fields_of(form)] == ["line1", "line2", "postal_code"]
    assert [one.name for one in fields_of(form, "SG")][-1] == "city"


def test_a_form_that_is_not_touched_changes_nothing() -> None:
    stored = customer(
        name="Engines",
        business_name="Engines",
        address=BERLIN,
        tax_ids=[row("eu_vat", "DE 136695976")],
    )
    details, errors = checked(form_of(details_of(stored)))
    assert errors == []
    assert details is not None
    assert not plan(stored, details)


def test_a_plan_names_only_what_differs() -> None:
    stored = customer(
        name="Ada", address=BERLIN, tax_ids=[row("eu_vat", "DE1"), row("de_stn", "2", "txi_2")]
    )
    wanted = Details(
        company=True,
        name="Engines",
        address={**BERLIN, "line2": "Hof"},
        tax_ids=(TaxId("de_stn", "2"), VAT),
    )
    change = plan(stored, wanted)
    assert change.fields == {
        "name": "Engines",
        "business_name": "Engines",
        "address": {**BERLIN, "line2": "Hof", "state": ""},
    }
    assert (change.add, change.drop) == ((VAT,), ("txi_1",))


def test_which_details_a_form_for_all_begins_with() -> None:
    bare, full = customer(id="cust_1", name="Ada"), customer(id="cust_2", address=BERLIN)
    assert fullest([bare, full]) is full
    assert fullest([bare, customer(name="Ada")]) is bare  # the oldest of those alike
    assert not alike(details_of(bare), details_of(full))
    spaced = Details(tax_ids=(TaxId("eu_vat", "DE 136 695 976"),))
    assert alike(Details(tax_ids=(VAT,)), spaced)


def test_a_number_twice_is_one_and_an_empty_row_is_none() -> None:
    rows = (
        NewTaxId(key=1, kind="eu_vat", value="DE136695976"),
        NewTaxId(key=2, kind="eu_vat", value="136 695 976"),
        NewTaxId(key=3, kind="eu_vat", value="  "),
    )
    form = Form(country="DE", texts={**BERLIN, "full_name": "Ada"}, shown=(VAT,), new=rows)
    details, errors = checked(form)
    assert (details and details.tax_ids, errors) == ((VAT,), [])


def test_more_tax_ids_than_anybody_has_are_refused() -> None:
    shown = tuple(TaxId("de_stn", str(one)) for one in range(5))
    new = (NewTaxId(key=1, kind="eu_vat", value="DE136695976"),)
    _, errors = checked(
        Form(country="DE", texts={**BERLIN, "full_name": "Ada"}, shown=shown, new=new)
    )
    assert [(one.at, one.values) for one in errors] == [("tax-1", {"count": "5"})]


def test_only_text_of_known_fields_is_filled_in() -> None:
    form = filled_in(Form(), {"city": "Berlin", "tax": "x", "line1": 7, "evil": "x", "kind": []})
    assert (form.texts, form.company) == ({"city": "Berlin"}, False)
