"""Documents as PDF, read back by another library."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import Any

import pytest

from portal_app.invoices.documents import faces
from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.paper import Paper
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.invoices.documents.receipt import receipt_document
from portal_app.invoices.documents.sheet import UNKNOWN, Sheet, written
from portal_app.kit.money import Money
from portal_app.ui.reader import Reader
from tests.rows import NOW
from tests.unit.invoices.documents import sold
from tests.unit.invoices.documents.sold import DE, EN, opened, text_of

HEBREW, ARABIC = "אברהם כהן בעמ", "محمد عبد الله للتجارة"
NAMES = {
    "latin": "José Ångström-Đorđević, Łódź",
    "greek": "Ελένη Παπαδοπούλου",
    "cyrillic": "Елена Йовкова Ґалаґан",
    "hebrew": HEBREW,
    "arabic": ARABIC,
}


def document_for(name: str, reader: Reader = EN, **over: Any) -> Document:
    invoice = sold.invoice(**over)
    invoice.snapshot["buyer"] = {**invoice.snapshot["buyer"], "name": name}
    return invoice_document(reader, sold.billed(invoice=invoice))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_of_every_script_are_read_back_as_they_are(name: str) -> None:
    assert name in text_of(render_pdf(document_for(name)))


def test_one_name_may_run_both_ways() -> None:
    """In which order a reader puts the parts of such a line is its own affair."""
    text = text_of(render_pdf(document_for("Cohen & Sons (כהן ובניו) Ltd")))
    assert all(part in text for part in ("Cohen & Sons (", "כהן ובניו", "Ltd"))


@pytest.mark.parametrize("reader", [EN, DE])
@pytest.mark.parametrize(
    ("currency", "total"), [("USD", 123456789), ("JPY", 150000), ("KWD", 9500)]
)
def test_figures_are_the_databases_to_the_minor_unit(
    reader: Reader, currency: str, total: int
) -> None:
    amounts = {
        "subtotal_minor": total + 7,
        "discount_minor": 8,
        "tax_minor": 1,
        "total_minor": total,
        "amount_due_minor": total,
        "amount_paid_minor": total - 3,
        "amount_remaining_minor": 3,
    }
    invoice = sold.invoice(currency=currency, **amounts, snapshot={"taxes": [sold.tax(1)]})
    rows = sold.billed(
        invoice=invoice,
        lines=[sold.line(amount_minor=total + 7, discount_minor=8)],
        payments=[sold.payment(currency=currency, amount_minor=total - 3)],
    )
    text = text_of(render_pdf(invoice_document(reader, rows)))
    for minor in (total + 7, -8, 1, total, total - 3, 3):
        written_out = reader.money(Money(minor, currency)).replace("\N{NO-BREAK SPACE}", " ")
        assert written_out in text
    assert "ACME-0001" in text


def test_a_receipt_is_read_back_too() -> None:
    text = text_of(render_pdf(receipt_document(EN, sold.paid())))
    for said in ("Receipt", "R-ACME-0001", "Paid on 16 Nov 2026", "Visa ending 4242", "$34.51"):
        assert said in text


def test_the_file_says_what_it_is_and_in_which_language() -> None:
    found = opened(render_pdf(document_for("Ada", DE)))
    assert found.metadata is not None
    assert found.metadata.title == "Rechnung ACME-0001"
    assert found.metadata.creation_date == NOW
    assert found.trailer["/Root"]["/Lang"] == "de"  # type: ignore[index]


def test_the_same_document_gives_the_same_bytes_whenever_it_is_drawn(clocks: Any) -> None:
    first = render_pdf(document_for(ARABIC))
    clocks.business.advance(timedelta(days=400))
    clocks.wall.advance(timedelta(days=400))
    assert render_pdf(document_for(ARABIC)) == first


@pytest.mark.parametrize(
    ("country", "paper", "size"),
    [
        ("DE", None, (595, 842)),
        ("US", None, (612, 792)),
        ("US", Paper.A4, (595, 842)),
        ("DE", Paper.LETTER, (612, 792)),
    ],
)
def test_paper(country: str, paper: Paper | None, size: tuple[int, int]) -> None:
    invoice = sold.invoice()
    invoice.snapshot["buyer"] = {**invoice.snapshot["buyer"], "country": country}
    document = invoice_document(EN, sold.billed(invoice=invoice))
    box = opened(render_pdf(document, paper)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_long_tables_go_on_with_their_head_and_pages_are_numbered() -> None:
    lines = [sold.line(position=n, description=f"Seat no. {n}.") for n in range(60)]
    found = opened(render_pdf(invoice_document(EN, sold.billed(lines=lines))))
    pages = [page.extract_text() for page in found.pages]
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Invoice ACME-0001" in text
    assert all("Description" in text for text in pages[:-1])
    together = " ".join(pages)
    assert all(f"Seat no. {n}." in together for n in range(60))


@pytest.mark.parametrize(
    "name",
    [
        "x" * 3000,
        "🧾 Ada 👩‍👩‍👧",
        "\u202eevil\u202c\x00\x07\ud800",
        "",
        "\n\n",
        "e\u0301" * 80,
        "ﷺ" * 50,
        "%PDF-1.4 (\\) {nb}",
        "नमस्ते ไทย",
    ],
)
def test_nothing_that_a_name_holds_stops_the_document(name: str) -> None:
    invoice = sold.invoice(description=name)
    invoice.snapshot["buyer"] = {**invoice.snapshot["buyer"], "name": name}
    rows = sold.billed(invoice=invoice, lines=[sold.line(description=name)] * 2)
    assert "$34.51" in text_of(render_pdf(invoice_document(EN, rows)))


def test_no_line_leaves_its_column() -> None:
    sheet = Sheet(Paper.A4)
    for text in ("x" * 500, "one two " * 60, HEBREW * 20, "name@" * 40):
        for line in sheet.wrapped(text, width=40, size=9):
            sheet.set_text_shaping(False)
            assert sheet.get_string_width(line) <= 40.5


def test_what_no_font_has_is_seen_to_be_missing() -> None:
    assert written("Ada 🧾") == f"Ada {UNKNOWN}"
    assert written("👩\u200d👧") == UNKNOWN * 2
    assert written("a\u202eb\x07c") == "abc"


@pytest.mark.parametrize(
    ("name", "most"), [(NAMES["latin"], 0.1), (HEBREW, 0.5), (ARABIC, 0.5)], ids=["l", "he", "ar"]
)
def test_drawing_is_fast(name: str, most: float) -> None:
    """The median of the thread's own time, which a busy machine does not stretch."""
    document = document_for(name)
    render_pdf(document)  # parses the fonts, once a process
    times = []
    for _ in range(9):
        began = time.thread_time()
        render_pdf(document)
        times.append(time.thread_time() - began)
    assert statistics.median(times) <= most


def test_documents_do_not_mix_their_letters() -> None:
    """Fonts are shared by all; what each document notes down in them is its own."""
    first = render_pdf(document_for("Zoë"))
    render_pdf(document_for("Ωμέγα " * 40))
    assert render_pdf(document_for("Zoë")) == first
    assert all(not face.parsed.missing_glyphs for face in faces.own_faces())
