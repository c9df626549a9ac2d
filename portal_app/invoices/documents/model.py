"""What stands on an invoice, a receipt, a confirmation: words and formatted figures, in order.

Nothing here knows how it is drawn; `pdf.py` and the template draw the same value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["invoice", "receipt", "confirmation"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value of the head: a number, a day."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as they were at issue; *lines* are name, address, tax ids."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that is billed. *notes* stand below it: its period, its discount."""

    description: str
    quantity: str
    amount: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the sums; *strong* ones are what counts."""

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Money that moved: a payment, or a refund."""

    day: str
    what: str
    method: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """The words around the tables, in the reader's language."""

    description: str
    quantity: str
    amount: str
    entries: str
    day: str
    method: str
    page: str  # with the places {page} and {pages}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """*issuer* is the company as its customers know it; *accent* is a colour that bears no text.

    The page that shows it wears the look of *company_id* and names the help desk of *product_id*.
    *status* says in words how things stand. *country* is the buyer's, after which paper is chosen.
    Where nothing was sold there are no *items*, and where no money is due no *figures*.
    """

    kind: Kind
    id: str
    language: str
    title: str
    number: str
    issuer: str
    accent: str
    company_id: str
    status: str
    issued_at: datetime
    country: str
    facts: tuple[Fact, ...]
    parties: tuple[Party, ...]
    items: tuple[Item, ...]
    figures: tuple[Figure, ...]
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    headings: Headings
    product_id: str = ""

    @property
    def name(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def filename(self) -> str:
        """Safe in every header and on every disk: letters, digits and hyphens."""
        plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in self.number)
        return f"{self.kind}-{plain.strip('-')[:80] or self.id}.pdf"
