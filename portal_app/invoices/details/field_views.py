"""One field of the billing details' form."""

from __future__ import annotations

from dataclasses import dataclass, field


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
