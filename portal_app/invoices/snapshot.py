"""Seller, buyer and taxes of an invoice as they were when it was issued (`Invoice.snapshot`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal_app.invoices.models import Invoice
from portal_app.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """*address* has Stripe's keys (`line1`, `postal_code`, …); *tax_ids* are (type, value)."""

    name: str = ""
    email: str = ""
    country: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    tax_ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """*label* and *percentage* may be empty; *inclusive* ones are part of the lines' amounts."""

    label: str
    percentage: str
    reason: str
    inclusive: bool
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    seller: Party
    buyer: Party
    taxes: tuple[Tax, ...]
    footer: str


def snapshot_of(invoice: Invoice) -> Snapshot:
    """What is known of it; everything is empty for one that was imported before this was kept."""
    kept = invoice.snapshot
    return Snapshot(
        seller=_party(kept.get("seller", {})),
        buyer=_party(kept.get("buyer", {})),
        taxes=tuple(_tax(one, invoice.currency) for one in kept.get("taxes", ())),
        footer=kept.get("footer", ""),
    )


def _party(kept: Mapping[str, Any]) -> Party:
    ids = tuple((kind, value) for kind, value in kept.get("tax_ids", ()))
    return Party(**{**kept, "tax_ids": ids})


def _tax(kept: Mapping[str, Any], currency: str) -> Tax:
    return Tax(
        label=kept["label"],
        percentage=kept["percentage"],
        reason=kept["reason"],
        inclusive=kept["inclusive"],
        amount=Money(kept["amount_minor"], currency),
    )
