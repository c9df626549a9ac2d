"""What somebody typed on a statutory page: checked, and made harmless where it is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal_app.declarations.errors import IncompleteForm
from portal_app.declarations.models import DeclarationKind

LONGEST: Final = {"name": 120, "contract": 300, "grounds": 1000}
EXTRAORDINARY: Final = "extraordinary"
_LINK: Final = re.compile(r"(?<=\w)\.(?=[^\W\d_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What was typed, tidied; the address is the caller's to check."""

    name: str
    contract: str
    extraordinary: bool
    grounds: str
    wished_on: date | None


def read_form(
    kind: DeclarationKind, form: Mapping[str, str], *, faults: Mapping[str, str]
) -> Declared:
    """Raises IncompleteForm with everything that is missing, *faults* of the caller's included.

    A law lists what may be asked for, and nothing else is (§ 312k(2) BGB, Directive (EU)
    2023/2673 art. 11a): a cancellation for good cause needs its reason, a withdrawal none.
    """
    found = dict(faults)
    cancels = kind is DeclarationKind.CANCELLATION
    declared = Declared(
        name=_line(form, "name"),
        contract=_text(form, "contract"),
        extraordinary=cancels and form.get("how") == EXTRAORDINARY,
        grounds=_text(form, "grounds") if cancels else "",
        wished_on=_date(form.get("wished_on", ""), found) if cancels else None,
    )
    if not declared.name:
        found["name"] = "Enter your name."
    if not declared.contract:
        found["contract"] = "Say which membership you mean."
    if declared.extraordinary and not declared.grounds:
        found["grounds"] = "Say why it should end at once."
    if found:
        raise IncompleteForm(found)
    return declared


def _date(typed: str, faults: dict[str, str]) -> date | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        faults["wished_on"] = "Enter the date as year, month and day: 2027-01-31."
        return None


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(_text(form, name).split())


def _text(form: Mapping[str, str], name: str) -> str:
    """Without what only steers: it could turn a line around, or begin a header."""
    lines = form.get(name, "").splitlines()
    kept = ("".join(one for one in line if one.isprintable()).strip() for line in lines)
    return "\n".join(line for line in kept if line)[: LONGEST[name]]


def unlinked(text: str) -> str:
    """*text* of a stranger for a mail to an address that they typed: nothing in it is a link.

    Programs make links of what looks like one, so a space goes behind each dot before a letter.
    """
    return _LINK.sub(". ", text.replace("://", ": //"))
