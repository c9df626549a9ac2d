"""Which entries of the billing history somebody wants to see, as the address says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from portal_app.invoices.rules.numbers import RECEIPT
from portal_app.invoices.rules.standing import Standing

_YEAR: Final = re.compile(r"(19|20)[0-9]{2}")
# Stripe's numbers have at most 12 characters before the dash (docs.stripe.com/invoicing/customize).
_LONGEST: Final = 40
# What a receipt's number has in front of its invoice's.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """Under which names at Stripe a membership was billed."""

    subscription_ids: tuple[str, ...] = ()
    invoice_id: str | None = None
    payment_intent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """*number* is a part of one, in capitals. *membership* is the id that *bills* belong to."""

    year: int | None = None
    standing: Standing | None = None
    membership: str = ""
    bills: Bills | None = None
    number: str = ""

    @property
    def everything(self) -> bool:
        return self == Wanted()

    def address(self, path: str, **more: str) -> str:
        """*path* with these filters; *more* are further parameters, empty ones left out."""
        given = {
            "year": str(self.year or ""),
            "membership": self.membership,
            "status": self.standing or "",
            "number": self.number,
            **more,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for; *unknown* when a part of it means nothing and was left out."""

    wanted: Wanted
    unknown: bool = False


def asked(query: Mapping[str, str]) -> Asked:
    """Read a query string. Whose membership it names is for the caller to find out."""
    year, status = query.get("year", ""), query.get("status", "")
    known_year = int(year) if _YEAR.fullmatch(year) else None
    standing = Standing(status) if status in set(Standing) else None
    left_out = (year and known_year is None) or (status and standing is None)
    wanted = Wanted(
        year=known_year,
        standing=standing,
        membership=query.get("membership", "")[:_LONGEST],
        number=number_part(query.get("number", "")),
    )
    return Asked(wanted=wanted, unknown=bool(left_out))


def number_part(typed: str) -> str:
    """What is looked for when somebody typed this; a receipt is found by its invoice's number."""
    printable = "".join(one for one in typed[: 2 * _LONGEST] if one.isprintable())
    return printable.strip()[:_LONGEST].upper().removeprefix(RECEIPT)
