"""Chinese, Japanese and Korean: by a font of the system, which may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from portal_app.invoices.documents import faces, sheet
from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.pdf import render_pdf
from tests.unit.invoices.documents import sold
from tests.unit.invoices.documents.sold import EN, opened, text_of

NAME = "山田太郎"


def a_font(path: Path, characters: str) -> Path:
    """A font in which every character is the same box."""
    names = [".notdef", "space", *(f"uni{ord(one):04X}" for one in characters)]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(
        {32: "space", **dict(zip(map(ord, characters), names[2:], strict=True))}
    )
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular", "fullName": "Boxes"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def forget() -> None:
    faces.east_asian_face.cache_clear()
    sheet._written.cache_clear()


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The only place where a font is looked for; nothing is there yet."""
    path = tmp_path / "boxes.ttf"
    monkeypatch.setattr(faces, "PLACES", (str(path),))
    forget()
    yield path
    forget()


def drawn() -> bytes:
    invoice = sold.invoice()
    invoice.snapshot["buyer"] = {**invoice.snapshot["buyer"], "name": f"{NAME} & Söhne"}
    rows = sold.billed(
        invoice=invoice, lines=[sold.line(description=NAME * 12 + " plain words" * 12)]
    )
    return render_pdf(invoice_document(EN, rows))


def test_a_font_of_the_system_is_used_when_it_is_there(place: Path) -> None:
    a_font(place, NAME)
    text = text_of(drawn())
    assert f"{NAME} & Söhne" in text
    assert text.count(NAME) >= 10


def test_without_one_the_document_shows_that_something_is_missing(place: Path) -> None:
    text = text_of(drawn())
    assert f"{sheet.UNKNOWN * 4} & Söhne" in text
    assert "$34.51" in text


def test_what_follows_another_font_keeps_its_size(place: Path) -> None:
    a_font(place, NAME)
    sizes: dict[str, set[float]] = {}

    def note(text: str, _matrix: object, _line: object, _font: object, size: float) -> None:
        for word in text.split():
            sizes.setdefault(word, set()).add(size)

    opened(drawn()).pages[0].extract_text(visitor_text=note)
    assert (sizes["plain"], sizes["Subtotal"]) == ({9.0}, {9.0})
