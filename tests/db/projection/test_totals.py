"""The totals of the billing history, kept by every apply of an invoice or a payment."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from portal_app.ingest.apply import apply_invoice
from portal_app.invoices.models import BillingTotal, Invoice, Payment
from portal_app.invoices.projection import add_up_anew, project_payment
from portal_app.invoices.snapshot import snapshot_of
from portal_app.kit.money import Money
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts
from tests.db.projection.conftest import Account
from tests.provider.adapter import objects

NEW_YEAR = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
LAST_YEAR = {
    "created": NEW_YEAR - 3600,
    "status_transitions": {"finalized_at": NEW_YEAR - 1, "paid_at": None},
}
DRAFT = {"status": "draft", "status_transitions": {"finalized_at": None, "paid_at": None}}
UNPAID = {"status": "open", "amount_paid": 0, "amount_remaining": 2900}


async def totals(account: Account) -> list[tuple[int, int, int, int, int]]:
    """Year, entries, paid, refunded, open; those of nothing left out."""
    async with account.db.reading() as session:
        rows = (await session.scalars(select(BillingTotal).order_by(BillingTotal.year))).all()
    kept = [(r.year, r.entries, r.paid_minor, r.refunded_minor, r.open_minor) for r in rows]
    return [row for row in kept if any(row[1:])]


async def invoice(account: Account, **over: Any) -> None:
    await account.apply(apply_invoice, invoice_facts(objects.invoice(**over)))


async def payment(account: Account, **over: Any) -> None:
    await account.apply(project_payment, payment_facts(objects.intent(**over)))


async def test_an_invoice_moves_from_open_to_paid(account: Account) -> None:
    await account.subscription()
    await invoice(account, **{**UNPAID, **LAST_YEAR})
    assert await totals(account) == [(2024, 1, 0, 0, 2900)]
    await invoice(account, **LAST_YEAR)
    await invoice(account, **LAST_YEAR)
    assert await totals(account) == [(2024, 1, 2900, 0, 0)]
    await invoice(account, id="in_2", **LAST_YEAR)
    assert await totals(account) == [(2024, 2, 5800, 0, 0)]


async def test_a_draft_counts_when_it_is_issued_and_in_that_year(account: Account) -> None:
    await account.subscription()
    await invoice(account, **{**UNPAID, **DRAFT, "created": NEW_YEAR - 1800})
    assert await totals(account) == []
    issued = {"status_transitions": {"finalized_at": NEW_YEAR + 1800, "paid_at": None}}
    await invoice(account, **{**UNPAID, **issued, "created": NEW_YEAR - 1800})
    assert await totals(account) == [(2025, 1, 0, 0, 2900)]


async def test_what_was_written_off_is_not_open(account: Account) -> None:
    await account.subscription()
    await invoice(account, **{**UNPAID, **LAST_YEAR, "status": "uncollectible"})
    assert await totals(account) == [(2024, 1, 0, 0, 0)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_payment_counts_once_whatever_comes_first(
    account: Account, order: tuple[int, ...]
) -> None:
    """Alone until its invoice names it; what it gave back counts in the year of the invoice."""
    await account.subscription()
    intent = objects.intent()
    refunded = {**intent["latest_charge"], "amount_refunded": 900}
    steps = (
        lambda: payment(account, created=NEW_YEAR + 60),
        lambda: invoice(account, **LAST_YEAR),
        lambda: payment(account, created=NEW_YEAR + 60, latest_charge=refunded),
    )
    for step in order:
        await steps[step]()
    await steps[1]()  # as reconciliation would: the payment was unknown when the invoice came
    await steps[2]()
    assert await totals(account) == [(2024, 1, 2900, 900, 0)]


async def test_a_payment_without_an_invoice_is_an_entry_once_it_was_tried(account: Account) -> None:
    await payment(account, latest_charge=None, status="requires_payment_method")
    assert await totals(account) == []
    await payment(account)
    row = await account.one(Payment)
    assert await totals(account) == [(row.created_at.year, 1, row.amount_minor, 0, 0)]


async def test_totals_that_went_wrong_are_added_up_anew(account: Account) -> None:
    await account.subscription()
    await invoice(account, **LAST_YEAR)
    await payment(account, created=NEW_YEAR + 60)
    right = await totals(account)
    async with account.db.unit_of_work() as session:
        assert await add_up_anew(session) == 0
        await session.execute(update(BillingTotal).values(paid_minor=1, entries=7))
    async with account.db.unit_of_work() as session:
        assert await add_up_anew(session) == len(right)
    assert await totals(account) == right
    async with account.db.unit_of_work() as session:
        await session.execute(delete(BillingTotal))
    async with account.db.unit_of_work() as session:
        assert await add_up_anew(session) == len(right)
    assert await totals(account) == right


async def test_seller_buyer_and_taxes_are_kept_as_they_were(account: Account) -> None:
    await account.subscription()
    rate = {"id": "txr_1", "object": "tax_rate", "display_name": "VAT", "percentage": 19.0}
    tax = {
        "amount": 551,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": "txr_1"},
        "taxability_reason": "standard_rated",
        "taxable_amount": 2900,
    }
    line = objects.line(taxes=[tax])
    await account.apply(
        apply_invoice,
        invoice_facts(
            objects.invoice(
                line,
                account_name="Northwind Academy",
                customer_name="Ada Lovelace",
                customer_address={"line1": "1 Main St", "city": None, "country": "GB"},
                customer_tax_ids=[{"type": "eu_vat", "value": "DE123456789"}],
                default_tax_rates=[rate],
                total_taxes=[tax],
                total=3451,
                amount_due=3151,
                footer="Thank you",
            )
        ),
    )
    row = await account.one(Invoice)
    kept = snapshot_of(row)
    assert (kept.seller.name, kept.buyer.name, kept.footer) == (
        "Northwind Academy",
        "Ada Lovelace",
        "Thank you",
    )
    assert kept.buyer.address == {"line1": "1 Main St", "country": "GB"}
    assert kept.buyer.tax_ids == (("eu_vat", "DE123456789"),)
    assert [(one.label, one.percentage, one.amount) for one in kept.taxes] == [
        ("VAT", "19", Money(551, "USD"))
    ]
    assert row.balance_applied_minor == -300
    assert row.company_id is not None
