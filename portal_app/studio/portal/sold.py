"""What a company sells, as something to choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """Something of the company's to choose; *product_id* of a plan is what it buys."""

    id: str
    label: str
    product_id: str = ""
