"""What each change of an invoice or a payment adds to the totals of the billing history.

Every entry has a share in one total: of its customer, currency and year. A projection takes the
share back that the row had before, gives the one it has now, and writes the differences at the end.
The rows are locked meanwhile, so that no share is counted twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invoices.models import BillingTotal, Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.kit.ids import new_id

Key = tuple[str, str, int]
SUMS: Final = ("entries", "paid_minor", "refunded_minor", "open_minor")
TABLE: Table = BillingTotal.__table__  # type: ignore[attr-defined]


def of_invoice(invoice: Invoice) -> Counter[str]:
    """Its share; a draft has none, and what nobody will collect any more is not open."""
    if invoice.status is InvoiceStatus.DRAFT:
        return Counter()
    still_open = invoice.status is InvoiceStatus.OPEN
    return Counter(
        entries=1,
        paid_minor=invoice.amount_paid_minor,
        open_minor=invoice.amount_remaining_minor if still_open else 0,
    )


def of_payment(payment: Payment) -> Counter[str]:
    """What it gave back, and what it paid unless its invoice says so."""
    if not payment.stands_alone:
        return Counter(refunded_minor=payment.refunded_minor)
    succeeded = payment.status is PaymentStatus.SUCCEEDED
    return Counter(
        entries=1,
        paid_minor=payment.amount_minor if succeeded else 0,
        refunded_minor=payment.refunded_minor,
    )


@dataclass
class Tally:
    """Differences that are not written yet."""

    _shares: defaultdict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def take(self, row: Invoice | Payment) -> None:
        """Before *row* changes."""
        self._shares[_key(row)].subtract(_share(row))

    def give(self, row: Invoice | Payment) -> None:
        """As *row* is now."""
        self._shares[_key(row)].update(_share(row))

    async def write(self, session: AsyncSession) -> None:
        """In one order for everybody, so that two who write several don't wait for each other."""
        rows = [
            {"id": new_id("btot"), "customer_id": key[0], "currency": key[1], "year": key[2]}
            | {name: share[name] for name in SUMS}
            for key, share in sorted(self._shares.items())
            if any(share.values())
        ]
        if not rows:
            return
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        added = dialect.insert(TABLE)
        statement = added.on_conflict_do_update(
            index_elements=["customer_id", "currency", "year"],
            set_={name: TABLE.c[name] + added.excluded[name] for name in SUMS},
        )
        await session.execute(statement, rows)


def _key(row: Invoice | Payment) -> Key:
    return row.customer_id, row.currency, row.billed_year


def _share(row: Invoice | Payment) -> Counter[str]:
    return of_invoice(row) if isinstance(row, Invoice) else of_payment(row)
