"""The page that removes a payment method: what it pays for, and what could pay instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.views.labels import failure_or_expiry, label_of
from portal_app.payment_methods.views.wallets import Use
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to be charged instead; *note* is when it expires, or that it has just failed."""

    id: str = ""
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalView:
    """*pays_for* are products; empty when the method can simply go.

    *can_end* is false where something is overdue: it would end unpaid.
    """

    label: str = ""
    pays_for: list[str] = field(default_factory=list)
    substitutes: list[Choice] = field(default_factory=list)
    can_end: bool = False


def removal_view(
    reader: Reader,
    method: PaymentMethod,
    uses: Sequence[Use],
    others: Sequence[PaymentMethod],
    *,
    overdue: bool,
    failed: Collection[str] = (),
) -> RemovalView:
    """*others* with an id in *failed* come last, and say so."""
    return RemovalView(
        label=label_of(reader, method),
        pays_for=[_use(reader, use) for use in uses],
        substitutes=[
            Choice(
                id=one.id,
                label=label_of(reader, one),
                note=failure_or_expiry(reader, one, failed=one.id in failed),
            )
            for one in sorted(others, key=lambda one: one.id in failed)
        ],
        can_end=bool(uses) and not overdue,
    )


def _use(reader: Reader, use: Use) -> str:
    if use.due is None:
        return use.product
    date = reader.date(use.due)
    return reader.say("{product}, charged next on {date}", product=use.product, date=date)
