"""The portal's policies as a form: read off the policy classes, so that a new field appears here.

Switches, whole numbers, choices and the reasons to cancel can be edited. Any other list or table is
kept as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, Literal

from portal_app.catalog.configuration import DEFAULT, Configuration

Kind = Literal["switch", "number", "choice", "lines"]
# Where a policy reads a field from, when it is not below its own name.
STORED_AT: Final = {
    "plan_change.least": ("plan_change", "quantity", "least"),
    "plan_change.most": ("plan_change", "quantity", "most"),
}
MOST_DIGITS: Final = 4
REASONS: Final = "cancel.reasons"
_LONGEST: Final = {"lines": 2_000}


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of a policy: `cancel.at_once`. *default* is what holds when nobody decides."""

    name: str
    kind: Kind
    default: object
    options: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def policy(self) -> str:
        return self.name.partition(".")[0]

    @property
    def path(self) -> tuple[str, ...]:
        return STORED_AT.get(self.name, tuple(self.name.split(".")))


@dataclass(frozen=True, slots=True)
class WrongSetting:
    """*at* is the setting's name; the sentence is English."""

    at: str
    sentence: str


def settings_of(configuration: Configuration = DEFAULT) -> Iterator[Setting]:
    """Every setting that can be edited, in the order of the classes."""
    for policy in fields(configuration):
        default = getattr(configuration, policy.name)
        for one in fields(default):
            found = _setting(f"{policy.name}.{one.name}", getattr(default, one.name), str(one.type))
            if found is not None:
                yield found


def _setting(name: str, default: object, annotation: str) -> Setting | None:
    if name == REASONS:
        return Setting(name, "lines", [])
    if isinstance(default, bool):
        return Setting(name, "switch", default)
    if isinstance(default, StrEnum):
        return Setting(name, "choice", default, tuple(str(one) for one in type(default)))
    if annotation in {"int", "int | None"}:
        return Setting(name, "number", default, may_be_empty="None" in annotation)
    return None


SETTINGS: Final = {one.name: one for one in settings_of()}


def values_of(configuration: Configuration) -> dict[str, str]:
    """What the form shows: `on` or an empty text, a number's digits, a choice's name."""
    return {name: _text(_read(configuration, name)) for name in SETTINGS}


def _read(configuration: Configuration, name: str) -> object:
    policy, _, field = name.partition(".")
    return getattr(getattr(configuration, policy), field)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, list | tuple):
        return "\n".join(_label(one) for one in value)
    return "" if value is None else str(value)


def _label(reason: object) -> str:
    return str(reason["label"] if isinstance(reason, dict) else getattr(reason, "label", reason))


def filled_in(form: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """*form* with what a field says; unknown names and values of other types are left out."""
    told = dict(form)
    for name, value in given.items():
        setting = SETTINGS.get(name)
        if setting is None:
            continue
        if setting.kind == "switch":
            told[name] = "on" if value is True else ""
        elif isinstance(value, str):
            told[name] = value.strip()[: _LONGEST.get(setting.kind, 40)]
    return told


def checked(
    form: Mapping[str, str], body: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[WrongSetting]]:
    """The document to store, or what is wrong; what can't be edited stays as it is in *body*.

    It holds only what differs from the defaults. A value that the policy itself would not take
    back, because it is out of its range, is wrong.
    """
    wrong: list[WrongSetting] = []
    stored: dict[str, Any] = deepcopy(dict(body))
    values = {name: _parsed(SETTINGS[name], text, wrong) for name, text in form.items()}
    if wrong:
        return None, wrong
    if REASONS in values:
        values[REASONS] = _reasons(str(form[REASONS]), Configuration.read(body))
    for name, value in values.items():
        _put(stored, SETTINGS[name].path, value, SETTINGS[name].default)
    read = Configuration.read(stored)
    wrong = [
        WrongSetting(name, "That value isn't possible.")
        for name, value in values.items()
        if _text(_read(read, name)) != _text(value)
    ]
    return (None, wrong) if wrong else (stored, [])


def _parsed(setting: Setting, text: str, wrong: list[WrongSetting]) -> object:
    match setting.kind:
        case "switch":
            return text == "on"
        case "choice":
            if text not in setting.options:
                wrong.append(WrongSetting(setting.name, "Choose from the list."))
            return text
        case "number":
            return _number(setting, text, wrong)
        case "lines":
            return text


def _reasons(text: str, now: Configuration) -> list[dict[str, str]]:
    """One for each line. One that was there keeps its id and its category."""
    known = {own.label: own for own in now.cancel.reasons}
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        label = line.strip()
        own = known.get(label)
        if own is not None:
            found.append({"id": own.id, "label": label, "category": own.category})
        elif label:
            number = hashlib.sha256(label.encode()).hexdigest()[:12]
            found.append({"id": f"own_{number}", "label": label, "category": "other"})
    return found


def _number(setting: Setting, text: str, wrong: list[WrongSetting]) -> int | None:
    if text == "" and setting.may_be_empty:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    wrong.append(WrongSetting(setting.name, "Write a whole number."))
    return None


def _put(stored: dict[str, Any], path: tuple[str, ...], value: object, default: object) -> None:
    """Write *value* where the policy reads it; a default leaves no trace."""
    name, *further = path
    if not further:
        stored[name] = value
        if value == default:
            del stored[name]
        return
    inner = stored.get(name)
    below = dict(inner) if isinstance(inner, Mapping) else {}
    _put(below, tuple(further), value, default)
    stored[name] = below
    if not below:
        del stored[name]
