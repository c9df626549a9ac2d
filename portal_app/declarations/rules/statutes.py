"""What laws say about ending contracts online, by country, as data with source and date.

Not legal advice: a creator may know better. The pages satisfy the strictest of these everywhere,
so that nobody is asked where they live; the table says why they are as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

EU: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
# Iceland, Liechtenstein and Norway apply the Union's consumer law.
EEA: Final = EU | {"IS", "LI", "NO"}


class About(StrEnum):
    """What a statute is about."""

    CANCELLING = "cancelling"
    WITHDRAWING = "withdrawing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """*says* is English and translated where it is shown; *days* only of a right to withdraw.

    *as_of* is when somebody last looked whether it still says so, *since* when it came into force.
    """

    about: About
    countries: frozenset[str]
    where: str
    says: str
    source: str
    since: date
    as_of: date
    days: int = 0


_LOOKED: Final = date(2026, 11, 27)
STATUTES: Final = (
    Statute(
        about=About.CANCELLING,
        countries=frozenset({"DE"}),
        where="Germany",
        says=(
            "A button to cancel, a page without sign-in, and at once a confirmation by email with"
            " date and time."
        ),
        source="§ 312k BGB; OLG Düsseldorf 20 UKl 3/23",
        since=date(2022, 7, 1),
        as_of=_LOOKED,
    ),
    Statute(
        about=About.CANCELLING,
        countries=frozenset({"FR"}),
        where="France",
        says="Cancelling online in a few steps, without an account, confirmed by email.",
        source="Code de la consommation L.215-1-1, décret 2023-417",
        since=date(2023, 6, 1),
        as_of=_LOOKED,
    ),
    Statute(
        about=About.CANCELLING,
        countries=frozenset({"US"}),
        where="California",
        says="Cancelling online, without steps that get in the way.",
        source="Business and Professions Code § 17602, as of AB 2863",
        since=date(2025, 7, 1),
        as_of=_LOOKED,
    ),
    Statute(
        about=About.WITHDRAWING,
        countries=EEA,
        where="European Union and EEA",
        says=(
            "14 days from the day of the contract, without a reason; a button for it, and at once a"
            " confirmation by email with date and time."
        ),
        source="Directive 2011/83/EU art. 9 and 11a, as of Directive (EU) 2023/2673",
        since=date(2026, 6, 19),
        as_of=_LOOKED,
        days=14,
    ),
    Statute(
        about=About.WITHDRAWING,
        countries=frozenset({"GB"}),
        where="United Kingdom",
        says="14 days from the day of the contract, without a reason.",
        source="Consumer Contracts Regulations 2013, reg. 29 and 30",
        since=date(2014, 6, 13),
        as_of=_LOOKED,
        days=14,
    ),
)


def about(topic: About) -> tuple[Statute, ...]:
    return tuple(one for one in STATUTES if one.about is topic)


def withdrawal_days(country: str) -> int | None:
    """For how many days a customer of *country* (ISO 3166, may be unknown) can withdraw.

    None where no statute here gives the right. Of somebody whose country is unknown the longest
    period is taken: it is for the seller to know that the right does not exist.
    """
    known = about(About.WITHDRAWING)
    if not country:
        return max(one.days for one in known)
    return next((one.days for one in known if country in one.countries), None)
