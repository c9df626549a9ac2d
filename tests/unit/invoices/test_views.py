"""Invoices, payments and refusals in words."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.invoices.views import invoice_row, payment_row
from portal_app.ui.reader import Reader
from tests.rows import NOW, STARTED
from tests.unit.memberships.held import a_payment, an_invoice

EN, DE = Reader("en"), Reader("de")


@pytest.mark.parametrize(
    ("over", "words", "tone"),
    [
        ({"status": InvoiceStatus.PAID}, "Paid", "ok"),
        ({"status": InvoiceStatus.OPEN}, "Open", "warn"),
        ({"status": InvoiceStatus.OPEN, "attempt_count": 2}, "Past due", "danger"),
        ({"status": InvoiceStatus.OPEN, "due_at": STARTED}, "Past due", "danger"),
        ({"status": InvoiceStatus.VOID}, "Void", "muted"),
        ({"status": InvoiceStatus.UNCOLLECTIBLE}, "Failed", "danger"),
    ],
)
def test_an_invoices_status_in_words(over: dict[str, Any], words: str, tone: str) -> None:
    row = invoice_row(EN, an_invoice(**over), (), NOW)
    assert (row.status, row.tone) == (words, tone)
    assert invoice_row(DE, an_invoice(**over), (), NOW).status != words


@pytest.mark.parametrize(
    ("status", "payment", "words"),
    [
        (InvoiceStatus.PAID, {"refunded_minor": 100}, "Partly refunded"),
        (InvoiceStatus.PAID, {"refunded_minor": 2900}, "Refunded"),
        (
            InvoiceStatus.OPEN,
            {"status": PaymentStatus.PENDING, "stripe_charge_id": "ch_1"},
            "Processing",
        ),
    ],
)
def test_its_payments_tell_more(status: InvoiceStatus, payment: dict[str, Any], words: str) -> None:
    row = invoice_row(EN, an_invoice(status=status), [a_payment(**payment)], NOW)
    assert row.status == words


def test_an_invoice_without_a_number_still_has_a_name() -> None:
    assert invoice_row(EN, an_invoice(number=""), (), NOW).number == "Invoice"
    assert invoice_row(DE, an_invoice(number=""), (), NOW).number == "Rechnung"


def test_the_machine_readable_day_is_the_one_that_is_read() -> None:
    row = invoice_row(EN, an_invoice(), (), NOW)
    assert (row.day, row.date) == ("2026-11-16", "16 Nov 2026")


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "Paid"),
        ({"refunded_minor": 100}, "Partly refunded"),
        ({"refunded_minor": 2900}, "Refunded"),
        ({"status": PaymentStatus.PENDING, "stripe_charge_id": "ch_1"}, "Processing"),
        ({"status": PaymentStatus.FAILED}, "Failed"),
    ],
)
def test_a_payments_status_in_words(over: dict[str, Any], words: str) -> None:
    assert payment_row(EN, a_payment(**over)).status == words
