"""Which settings there are: read off the policy classes, so that a new field appears by itself.

Switches, whole numbers and choices are found by their kind; the others are named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, Literal

from portal_app.catalog.configuration import DEFAULT, Configuration
from portal_app.catalog.retention import LONGEST_LABEL, MOST_REASONS
from portal_app.memberships.exits import Reason
from portal_app.memberships.offers import OfferKind

Kind = Literal["switch", "number", "choice", "rows", "contact"]
# Where a policy reads a field from, when it is not below its own name.
STORED_AT: Final = {
    "plan_change.least": ("plan_change", "quantity", "least"),
    "plan_change.most": ("plan_change", "quantity", "most"),
}
REASONS: Final = "cancel.reasons"
OFFERS: Final = "cancel.offers"
DISCOUNTS: Final = "cancel.discounts"
CONTACT: Final = "support.contact"
TARGETS: Final = "plan_change.targets"
# Of a choice that has a list besides: with this value the list decides.
THESE: Final = "these"


@dataclass(frozen=True, slots=True)
class Column:
    """A field of each row. *options* are fixed; a `plan` is one of the company's.

    *unique* values stand once in the list; a number is one of *within*.
    """

    name: str
    kind: Literal["text", "number", "choice", "plan"]
    options: tuple[str, ...] = ()
    unique: bool = False
    may_be_empty: bool = False
    longest: int = 4
    within: range = range(10_000)


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of a policy: `cancel.at_once`. One with *columns* is a list of rows as well."""

    name: str
    kind: Kind
    options: tuple[str, ...] = ()
    may_be_empty: bool = False
    columns: tuple[Column, ...] = ()
    most_rows: int = 50

    @property
    def policy(self) -> str:
        return self.name.partition(".")[0]

    @property
    def path(self) -> tuple[str, ...]:
        return STORED_AT.get(self.name, tuple(self.name.split(".")))


_NAMED: Final = {
    CONTACT: Setting(CONTACT, "contact", may_be_empty=True),
    REASONS: Setting(
        REASONS,
        "rows",
        columns=(
            Column("label", "text", unique=True, longest=LONGEST_LABEL),
            Column("category", "choice", tuple(str(one) for one in Reason)),
        ),
        most_rows=MOST_REASONS,
    ),
    OFFERS: Setting(
        OFFERS,
        "rows",
        columns=(Column("offer", "choice", tuple(str(one) for one in OfferKind), unique=True),),
    ),
    DISCOUNTS: Setting(
        DISCOUNTS,
        "rows",
        columns=(
            Column("plan", "plan", unique=True),
            Column("coupon", "text", longest=200),
            Column("percent_off", "number", within=range(1, 101)),
            Column("months", "number", may_be_empty=True),
        ),
    ),
    TARGETS: Setting(
        TARGETS,
        "choice",
        options=("all", "none", THESE),
        columns=(Column("plan", "plan", unique=True),),
    ),
}


def settings_of(configuration: Configuration = DEFAULT) -> Iterator[Setting]:
    """Every setting that can be edited, in the order of the classes."""
    for policy in fields(configuration):
        default = getattr(configuration, policy.name)
        for one in fields(default):
            found = _setting(f"{policy.name}.{one.name}", getattr(default, one.name), str(one.type))
            if found is not None:
                yield found


def _setting(name: str, default: object, annotation: str) -> Setting | None:
    if name in _NAMED:
        return _NAMED[name]
    if isinstance(default, bool):
        return Setting(name, "switch")
    if isinstance(default, StrEnum):
        return Setting(name, "choice", tuple(str(one) for one in type(default)))
    if annotation in {"int", "int | None"}:
        return Setting(name, "number", may_be_empty="None" in annotation)
    return None


SETTINGS: Final = {one.name: one for one in settings_of()}


def stored(configuration: Configuration, name: str) -> object:
    """What a document holds where this is the setting's value."""
    policy, _, field = name.partition(".")
    value = getattr(getattr(configuration, policy), field)
    if name == TARGETS:
        return "all" if value is None else list(value) or "none"
    if name == REASONS:
        return [{"id": one.id, "label": one.label, "category": one.category} for one in value]
    if name == DISCOUNTS:
        return {plan: dict(one.terms) for plan, one in value.items()}
    return list(value) if isinstance(value, tuple) else value
