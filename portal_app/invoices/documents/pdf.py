"""A document as PDF: sections below each other, tables that go on over pages.

The same document gives the same bytes, whenever it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from portal_app.branding.colour import Colour
from portal_app.invoices.documents.model import Document, Entry, Item
from portal_app.invoices.documents.paper import Paper, paper_for
from portal_app.invoices.documents.sheet import GREY, INK, MARGIN, Align, Rgb, Sheet

_GAP: Final = 8.0
_FOOT: Final = 22.0  # kept free at the end of each page
_NOTE_SIZE: Final = 8.0


def render_pdf(document: Document, paper: Paper | None = None) -> bytes:
    """*document* on *paper*, by default the one of the buyer's country."""
    return _Layout(document, paper or paper_for(document.country)).render()


class _Layout:
    """Draws from the top; *y* is where the next thing goes."""

    def __init__(self, document: Document, paper: Paper) -> None:
        self.document = document
        self.sheet = Sheet(paper)
        colour = Colour.parse(document.accent)
        self.accent: Rgb = (colour.red, colour.green, colour.blue)
        self.width = self.sheet.w - 2 * MARGIN
        self.y = 0.0

    def render(self) -> bytes:
        self._describe()
        self._new_page()
        self._head()
        self._parties()
        self._items()
        self._figures()
        self._entries()
        self._notes()
        self._number_pages()
        return self.sheet.as_bytes()

    def _describe(self) -> None:
        document, sheet = self.document, self.sheet
        sheet.set_title(document.name)
        sheet.set_author(document.issuer)
        sheet.set_subject(document.status)
        sheet.set_lang(document.language)
        sheet.set_creation_date(document.issued_at)

    def _new_page(self) -> None:
        self.sheet.add_page()
        self.sheet.set_fill_color(*self.accent)
        self.sheet.rect(0, 0, self.sheet.w, 3, style="F")
        self.y = MARGIN

    def _room_for(self, height: float) -> bool:
        """Begin a new page unless *height* is left on this one; whether one was begun."""
        if self.y + height <= self.sheet.h - _FOOT:
            return False
        self._new_page()
        return True

    def _head(self) -> None:
        document, sheet, half = self.document, self.sheet, self.width / 2
        below = sheet.put(MARGIN, self.y, document.issuer, width=half, size=13, bold=True)
        at = MARGIN + half
        end = sheet.put(at, self.y, document.title, width=half, size=18, bold=True, align="R")
        end = sheet.put(at, end + 2, document.status, width=half, size=11, bold=True, align="R")
        self.y = max(below, end) + _GAP
        for fact in document.facts:
            after = sheet.put(MARGIN, self.y, fact.label, width=38, colour=GREY)
            value = sheet.put(MARGIN + 40, self.y, fact.value, width=self.width - 40)
            self.y = max(after, value) + 0.6
        self.y += _GAP - 2

    def _parties(self) -> None:
        parties = self.document.parties
        column = self.width / max(len(parties), 2)
        ends = [self.y]
        for place, party in enumerate(parties):
            x, y = MARGIN + place * column, self.y
            y = self.sheet.put(x, y, party.heading, width=column - 6, size=8, colour=GREY) + 0.8
            for number, line in enumerate(party.lines):
                y = self.sheet.put(x, y, line, width=column - 6, bold=number == 0)
            ends.append(y)
        self.y = max(ends) + _GAP

    def _items(self) -> None:
        if not self.document.items:
            return
        self._item_head()
        for item in self.document.items:
            if self._room_for(self._height_of(item)):
                self._item_head()
            self._item(item)

    def _columns(self, *widths: float) -> list[tuple[float, float]]:
        """Place and width of columns; what is left goes to the first."""
        own = [self.width - sum(widths), *widths]
        return [(MARGIN + sum(own[:place]), width) for place, width in enumerate(own)]

    def _row(
        self,
        texts: Sequence[str],
        columns: Sequence[tuple[float, float]],
        *,
        head: bool,
        left: int = 1,
    ) -> None:
        size, colour = (8.0, GREY) if head else (9.0, INK)
        ends = []
        for place, (text, (x, width)) in enumerate(zip(texts, columns, strict=True)):
            align: Align = "L" if place < left else "R"
            inner = width - (4 if place < len(columns) - 1 else 0)
            ends.append(
                self.sheet.put(x, self.y, text, width=inner, size=size, align=align, colour=colour)
            )
        self.y = max(ends)

    def _item_head(self) -> None:
        words = self.document.headings
        texts = (words.description, words.quantity, words.amount)
        self._row(texts, self._columns(20, 36), head=True)
        self._line()

    def _item(self, item: Item) -> None:
        columns = self._columns(20, 36)
        self._row((item.description, item.quantity, item.amount), columns, head=False)
        (x, width), *_ = columns
        for note in item.notes:
            self.y = self.sheet.put(x, self.y, note, width=width - 4, size=_NOTE_SIZE, colour=GREY)
        self._line()

    def _height_of(self, item: Item) -> float:
        (_, width), *_ = self._columns(20, 36)
        lines = self.sheet.lines_in(item.description, width=width - 4)
        notes = sum(
            self.sheet.lines_in(note, width=width - 4, size=_NOTE_SIZE) for note in item.notes
        )
        return lines * 4.5 + notes * _NOTE_SIZE / 2 + 4

    def _line(self) -> None:
        self.y += 1.4
        self.sheet.rule(self.y)
        self.y += 1.8

    def _figures(self) -> None:
        if not self.document.figures:
            return
        x, label, amount = MARGIN + self.width - 100, 62.0, 38.0
        self.y += 2
        for figure in self.document.figures:
            self._room_for(6)
            after = self.sheet.put(x, self.y, figure.label, width=label, bold=figure.strong)
            end = self.sheet.put(
                *(x + label, self.y, figure.amount),
                width=amount,
                bold=figure.strong,
                align="R",
            )
            self.y = max(after, end) + 1.2
        self.y += _GAP - 2

    def _entries(self) -> None:
        if not self.document.entries:
            return
        self._room_for(24)
        words = self.document.headings
        self.y = self.sheet.put(MARGIN, self.y, words.entries, width=self.width, size=10, bold=True)
        self.y += 1.5
        self._entry_head()
        for entry in self.document.entries:
            if self._room_for(10):
                self._entry_head()
            self._entry(entry)
        self.y += _GAP - 2

    def _entry_head(self) -> None:
        words = self.document.headings
        texts = (words.day, words.description, words.method, words.amount)
        self._row(texts, self._columns(44, 56, 36), head=True, left=3)
        self._line()

    def _entry(self, entry: Entry) -> None:
        texts = (entry.day, entry.what, entry.method, entry.amount)
        self._row(texts, self._columns(44, 56, 36), head=False, left=3)
        self._line()

    def _notes(self) -> None:
        for note in self.document.notes:
            lines = self.sheet.lines_in(note, width=self.width, size=_NOTE_SIZE)
            self._room_for(min(lines * _NOTE_SIZE / 2, self.sheet.h / 2))
            for line in self.sheet.wrapped(note, width=self.width, size=_NOTE_SIZE):
                self._room_for(_NOTE_SIZE / 2)
                self.y = self.sheet.put(
                    *(MARGIN, self.y, line), width=self.width, size=_NOTE_SIZE, colour=GREY
                )
            self.y += 2

    def _number_pages(self) -> None:
        """At last, since only now it is known how many there are."""
        pages = self.sheet.pages_count
        foot = self.sheet.h - 13
        for page in range(1, pages + 1):
            self.sheet.page = page
            number = self.document.headings.page.format(page=page, pages=pages)
            half = self.width / 2
            self.sheet.put(MARGIN, foot, self.document.name, width=half, size=8, colour=GREY)
            self.sheet.put(
                *(MARGIN + half, foot, number), width=half, size=8, align="R", colour=GREY
            )
