"""Which paper a document is for: Letter where offices have that, A4 everywhere else."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"


# Countries with Letter as their common paper (Unicode CLDR, supplemental `paperSize`).
LETTER_COUNTRIES: Final = frozenset(
    "BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split(),
)


def paper_for(country: str) -> Paper:
    """By the buyer's ISO 3166 code, which may be empty."""
    return Paper.LETTER if country in LETTER_COUNTRIES else Paper.A4


def named(name: str | None) -> Paper | None:
    """What a link asks for; None for anything else."""
    return Paper(name) if name in set(Paper) else None
