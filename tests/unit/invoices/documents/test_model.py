"""What stands on invoices and receipts, without any PDF."""

from __future__ import annotations

import pytest

from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.paper import Paper, named, paper_for
from portal_app.invoices.documents.receipt import receipt_document, receipt_number
from portal_app.invoices.models import InvoiceStatus
from tests.unit.invoices.documents import sold
from tests.unit.invoices.documents.sold import DE, EN


def figures(document: Document) -> dict[str, str]:
    return {figure.label: figure.amount for figure in document.figures}


def test_an_invoice_says_who_what_when_and_how_much() -> None:
    document = invoice_document(EN, sold.billed())
    assert (document.title, document.number) == ("Invoice", "ACME-0001")
    assert document.status == "Paid on 16 Nov 2026"
    seller, buyer = document.parties
    assert seller.lines == ("Acme GmbH", "Germany", "VAT ID: DE111")
    assert buyer.lines == (
        *("Ada Lovelace", "Hauptstr. 1", "10115 Berlin", "Germany"),
        *("ada@example.com", "VAT ID: DE222"),
    )
    (item,) = document.items
    assert (item.description, item.quantity, item.amount) == ("1 × Trading Room", "1", "$29.00")
    assert item.notes == ("16 Nov 2026 – 16 Dec 2026",)
    assert figures(document) == {
        "Subtotal": "$29.00",
        "VAT 19%": "$5.51",
        "Total amount": "$34.51",
        "Amount paid": "$34.51",
        "Still to pay": "$0.00",
    }
    (entry,) = document.entries
    assert (entry.what, entry.method, entry.amount) == ("Payment", "Visa ending 4242", "$34.51")
    assert document.filename == "invoice-ACME-0001.pdf"


def test_it_speaks_the_readers_language() -> None:
    document = invoice_document(DE, sold.billed())
    assert (document.language, document.title) == ("de", "Rechnung")
    assert document.status == "Bezahlt am 16. November 2026"
    assert "VAT 19\N{NO-BREAK SPACE}%" in figures(document)


def test_discounts_credit_and_credit_notes_lead_to_what_is_left() -> None:
    invoice = sold.invoice(
        status=InvoiceStatus.OPEN,
        discount_minor=500,
        tax_minor=456,
        total_minor=2856,
        balance_applied_minor=-1000,
        credited_minor=300,
        amount_due_minor=1556,
        amount_paid_minor=0,
        amount_remaining_minor=1556,
        snapshot={"taxes": [sold.tax(400), sold.tax(56)]},
    )
    lines = [sold.line(discount_minor=500)]
    document = invoice_document(EN, sold.billed(invoice=invoice, lines=lines, payments=[]))
    assert document.status == "Open"
    assert figures(document) == {
        "Subtotal": "$29.00",
        "Discount": "-$5.00",
        "VAT 19%": "$4.56",
        "Total amount": "$28.56",
        "Credit used": "-$10.00",
        "Credit notes": "-$3.00",
        "Amount paid": "$0.00",
        "Still to pay": "$15.56",
    }
    assert "Discount -$5.00" in document.items[0].notes


def test_included_taxes_stand_below_the_total_and_reverse_charge_is_said() -> None:
    taxes = [
        sold.tax(463, inclusive=True),
        sold.tax(0, percentage="", label="", reason="reverse_charge"),
    ]
    invoice = sold.invoice(tax_minor=463, total_minor=2900, snapshot={"taxes": taxes})
    document = invoice_document(EN, sold.billed(invoice=invoice))
    labels = [figure.label for figure in document.figures]
    assert labels[:4] == ["Subtotal", "Tax, reverse charge", "Total amount", "VAT 19%, included"]
    assert "Reverse charge: the recipient owes the tax." in document.notes


@pytest.mark.parametrize(
    ("status", "refunded", "said"),
    [
        (InvoiceStatus.PAID, 0, "Paid on 16 Nov 2026"),
        (InvoiceStatus.PAID, 100, "Partly refunded"),
        (InvoiceStatus.PAID, 3451, "Refunded"),
        (InvoiceStatus.OPEN, 0, "Open"),
        (InvoiceStatus.VOID, 0, "Void"),
        (InvoiceStatus.UNCOLLECTIBLE, 0, "Unpaid"),
    ],
)
def test_the_stamp_says_how_things_stand(status: InvoiceStatus, refunded: int, said: str) -> None:
    rows = sold.billed(
        invoice=sold.invoice(status=status), payments=[sold.payment(refunded_minor=refunded)]
    )
    assert invoice_document(EN, rows).status == said


def test_nothing_is_left_to_pay_of_a_void_invoice() -> None:
    invoice = sold.invoice(status=InvoiceStatus.VOID, amount_remaining_minor=3451)
    assert figures(invoice_document(EN, sold.billed(invoice=invoice)))["Still to pay"] == "$0.00"


def test_refunds_follow_their_payment_and_failed_ones_are_none() -> None:
    refunds = [sold.refund(500), sold.refund(99, id="rf_2", status="failed")]
    rows = sold.billed(payments=[sold.payment(refunded_minor=500)], refunds=refunds)
    document = invoice_document(EN, rows)
    assert [(entry.what, entry.amount) for entry in document.entries] == [
        ("Payment", "$34.51"),
        ("Refund", "-$5.00"),
    ]
    assert figures(document)["Refunded"] == "-$5.00"


def test_an_invoice_from_before_snapshots_names_what_is_known() -> None:
    document = invoice_document(EN, sold.billed(invoice=sold.invoice(snapshot={})))
    assert [party.lines for party in document.parties] == [("Acme",), ("Ada",)]
    assert figures(document)["Tax"] == "$5.51"


def test_a_receipt_names_the_invoice_the_method_and_what_came_back() -> None:
    rows = sold.paid(payment=sold.payment(refunded_minor=451), refunds=[sold.refund(451)])
    document = receipt_document(EN, rows)
    assert (document.title, document.number) == ("Receipt", "R-ACME-0001")
    assert document.status == "Partly refunded"
    assert document.items[0].description == "Invoice ACME-0001"
    assert document.items[0].notes == ("1 × Trading Room",)
    assert figures(document) == {
        "Amount paid": "$34.51",
        "Refunded": "-$4.51",
        "Paid in the end": "$30.00",
    }
    assert [entry.what for entry in document.entries] == ["Payment", "Refund"]


def test_a_payment_without_an_invoice_has_a_short_stable_number() -> None:
    rows = sold.paid(invoice=None, lines=())
    document = receipt_document(EN, rows, "Course Library")
    assert document.items[0].description == "Course Library"
    assert document.number == receipt_number(sold.payment().id) == "R-6EC81111D5"
    assert receipt_number("pay_2") != document.number


def test_brands_give_the_word_and_the_colour_others_their_title() -> None:
    branded = sold.company(id="biz_lumen", title="Lumen Fitness Ltd")
    known = invoice_document(EN, sold.billed(company=branded))
    plain = invoice_document(EN, sold.billed())
    assert known.issuer != branded.title
    assert (plain.issuer, plain.accent) == ("Acme", "#1754d8")
    assert known.accent != plain.accent


@pytest.mark.parametrize("number", ['A"\r\nX: y', "../../etc", "Ж", "..", "A" * 500])
def test_filenames_hold_nothing_that_a_header_or_a_disk_minds(number: str) -> None:
    name = invoice_document(EN, sold.billed(invoice=sold.invoice(number=number))).filename
    assert name.removesuffix(".pdf").replace("-", "").replace("_", "").isalnum()
    assert name.isascii()
    assert len(name) < 100


def test_paper_follows_the_buyers_country_unless_the_link_says_otherwise() -> None:
    assert [paper_for(code) for code in ("US", "CA", "MX", "DE", "")] == [
        *(Paper.LETTER, Paper.LETTER, Paper.LETTER),
        *(Paper.A4, Paper.A4),
    ]
    assert [named(name) for name in ("a4", "letter", "A5", None)] == [
        *(Paper.A4, Paper.LETTER),
        *(None, None),
    ]
