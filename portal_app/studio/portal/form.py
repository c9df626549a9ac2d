"""The portal's policies as a form, for all that a company sells or for one product.

What is stored holds only what differs: the company's from the defaults, a product's from the
company's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from portal_app.catalog.configuration import DEFAULT, Configuration
from portal_app.catalog.policies import PRODUCTS, Policies, exceptions_of, without_exceptions
from portal_app.kit.contacts import LONGEST_LINK, is_contact
from portal_app.studio.portal.rows import NO_COLUMNS, Row, faults_of, rows_of, staying, value_of
from portal_app.studio.portal.settings import SETTINGS, THESE, Setting, stored

MOST_DIGITS: Final = 4
# So that what is too long is said, not cut.
_LONGEST: Final = {"contact": LONGEST_LINK + 100}


@dataclass(frozen=True, slots=True)
class Form:
    """*fields* by the setting's name: `on` or an empty text, digits, a choice's name, a contact.

    *rows* are those of lists and tables.
    """

    fields: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class WrongSetting:
    """*at* is the setting's name, or `name.key.column` of a row; the sentence is English.

    `{product}` in it is the one of *product_id*.
    """

    at: str
    sentence: str
    product_id: str = ""

    @property
    def setting(self) -> str:
        return ".".join(self.at.split(".")[:2])


def form_of(configuration: Configuration) -> Form:
    values = {name: stored(configuration, name) for name in SETTINGS}
    return Form(
        fields={
            name: _text(SETTINGS[name], value)
            for name, value in values.items()
            if SETTINGS[name].kind != "rows"
        },
        rows={
            name: rows_of(name, value) for name, value in values.items() if SETTINGS[name].columns
        },
    )


def _text(setting: Setting, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, list) and setting.columns:
        return THESE
    return "" if value is None else str(value)


def filled_in(fields: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """*fields* with what one says; unknown names and values of other types are left out."""
    told = dict(fields)
    for name, value in given.items():
        setting = SETTINGS.get(name)
        if setting is None or name not in told:
            continue
        if setting.kind == "switch":
            told[name] = "on" if value is True else ""
        elif isinstance(value, str):
            told[name] = value.strip()[: _LONGEST.get(setting.kind, 40)]
    return told


def base_of(body: Mapping[str, Any], product_id: str) -> Configuration:
    """What holds where nothing differs: for a product the company's, for the company ours."""
    return Policies.read(body).company if product_id else DEFAULT


def effective(body: Mapping[str, Any], product_id: str) -> Configuration:
    """What holds for the product; for none, for all the others."""
    return Policies.read(body).of(product_id)


def own_settings(form: Form, body: Mapping[str, Any], product_id: str) -> frozenset[str]:
    """Those of a product that differ from the company's."""
    if not product_id:
        return frozenset()
    base = form_of(base_of(body, product_id))
    return frozenset(
        name
        for name in SETTINGS
        if form.fields.get(name) != base.fields.get(name)
        or _typed(form, name) != _typed(base, name)
    )


def _typed(form: Form, name: str) -> list[Row]:
    """What the rows say; not those of a choice that doesn't use them."""
    if form.fields.get(name, THESE) != THESE:
        return []
    return [
        {at: text for at, text in row.items() if at not in NO_COLUMNS}
        for row in staying(form.rows.get(name, ()))
    ]


def checked(
    form: Form, body: Mapping[str, Any], product_id: str = ""
) -> tuple[dict[str, Any] | None, list[WrongSetting]]:
    """The whole document to store, or what is wrong; what can't be edited stays as it is in *body*.

    A value that the policy itself would not take back, because it is out of its range, is wrong.
    """
    wrong = list(faults(form))
    if wrong:
        return None, wrong
    values = {name: _value(setting, form) for name, setting in SETTINGS.items()}
    base = base_of(body, product_id)
    own = deepcopy(dict(exceptions_of(body).get(product_id, {}) if product_id else body))
    for name, value in values.items():
        _put(own, SETTINGS[name].path, value, stored(base, name))
    document = _with(body, product_id, own) if product_id else own
    read = effective(document, product_id)
    wrong = [
        WrongSetting(name, "That value isn't possible.")
        for name, value in values.items()
        if stored(read, name) != value
    ]
    if not wrong:
        before = set(_broken(body))
        wrong = [one for one in _broken(document) if one not in before]
    return (None, wrong) if wrong else (document, [])


def faults(form: Form) -> Iterator[WrongSetting]:
    for name, setting in SETTINGS.items():
        text = form.fields.get(name, THESE)
        if setting.kind == "choice" and text not in setting.options:
            yield WrongSetting(name, "Choose from the list.")
        if setting.kind == "number" and not _is_number(setting, text):
            yield WrongSetting(name, "Write a whole number.")
        if setting.kind == "contact" and text and not is_contact(text):
            yield WrongSetting(
                name, "Enter an email address, or an address that begins with https://."
            )
        if setting.columns and text == THESE:
            rows = form.rows.get(name, ())
            for at, sentence in faults_of(setting, rows):
                yield WrongSetting(f"{name}.{at}", sentence)
            if len(staying(rows)) > setting.most_rows:
                yield WrongSetting(name, "This list is too long.")
            if setting.kind == "choice" and not staying(rows):
                yield WrongSetting(name, "Add at least one.")


def _is_number(setting: Setting, text: str) -> bool:
    if text == "":
        return setting.may_be_empty
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _value(setting: Setting, form: Form) -> object:
    """What to store of a form without a fault."""
    text = form.fields.get(setting.name, THESE)
    if setting.columns and text == THESE:
        return value_of(setting, form.rows.get(setting.name, ()))
    if setting.kind == "switch":
        return text == "on"
    if setting.kind == "number":
        return int(text) if text else None
    return text or None


def _with(body: Mapping[str, Any], product_id: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """*body* with what differs for a product; nothing leaves no trace."""
    products = dict(exceptions_of(body)) | {product_id: own}
    kept = {name: differs for name, differs in products.items() if differs}
    rest = deepcopy(without_exceptions(body))
    return rest | ({PRODUCTS: kept} if kept else {})


def _broken(document: Mapping[str, Any]) -> list[WrongSetting]:
    """What differs for a product and would not hold any more beside this."""
    policies = Policies.read(document)
    found: list[WrongSetting] = []
    for product_id, own in exceptions_of(document).items():
        for name, setting in SETTINGS.items():
            there, value = value_at(own, setting.path)
            if there and stored(policies.of(product_id), name) != value:
                sentence = "It doesn't go with what {product} has of its own."
                found.append(WrongSetting(name, sentence, product_id))
    return found


def value_at(document: object, path: Sequence[str]) -> tuple[bool, object]:
    for name in path:
        if not isinstance(document, Mapping) or name not in document:
            return False, None
        document = document[name]
    return True, document


def _put(document: dict[str, Any], path: tuple[str, ...], value: object, base: object) -> None:
    """Write *value* where the policy reads it; what is the base's leaves no trace."""
    name, *further = path
    if not further:
        document[name] = value
        if value == base:
            del document[name]
        return
    inner = document.get(name)
    below = dict(inner) if isinstance(inner, Mapping) else {}
    _put(below, tuple(further), value, base)
    document[name] = below
    if not below:
        del document[name]
