"""A page to write on: text in any of our scripts, wrapped, never failing for what it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from portal_app.invoices.documents.faces import (
    EAST_ASIAN,
    OWN,
    CutFonts,
    east_asian_face,
    own_faces,
)
from portal_app.invoices.documents.paper import Paper

Align: TypeAlias = Literal["L", "R"]
Rgb: TypeAlias = tuple[int, int, int]
INK: Final[Rgb] = (17, 17, 17)
GREY: Final[Rgb] = (95, 95, 95)
RULE: Final[Rgb] = (214, 214, 214)
MARGIN: Final = 18.0
UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_BREAKS: Final = re.compile(r"(?<=[\s\-/–,;@.])")


class Sheet(FPDF):
    """Millimetres from the top left; nothing breaks a page but whoever lays it out."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format=paper.value)
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        for face in own_faces():
            face.lend(self)
        far = east_asian_face()
        if far is not None:
            far.lend(self)
            self.set_fallback_fonts([EAST_ASIAN], exact_match=False)

    def put(
        self,
        x: float,
        y: float,
        text: str,
        *,
        width: float,
        size: float = 9,
        bold: bool = False,
        align: Align = "L",
        colour: Rgb = INK,
    ) -> float:
        """Write *text* in as many lines as it needs; returns where the next line would begin."""
        height = size * 0.5
        self.set_text_color(*colour)
        for line in self.wrapped(text, width=width, size=size, bold=bold):
            self._shape(line)
            self._say_font(size, bold=bold)
            self.set_xy(x, y)
            self.cell(width, height, line, align=align, new_x=XPos.LEFT, new_y=YPos.TOP)
            y += height
        return y

    def _say_font(self, size: float, *, bold: bool) -> None:
        """Name the font anew: fpdf2 forgets that the line before ended in another one."""
        self.set_font(OWN, "B" if bold else "", size)
        self.current_font_is_set_on_page = False

    def lines_in(self, text: str, *, width: float, size: float = 9, bold: bool = False) -> int:
        return len(self.wrapped(text, width=width, size=size, bold=bold))

    def rule(self, y: float, colour: Rgb = RULE, thickness: float = 0.2) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(thickness)
        self.line(MARGIN, y, self.w - MARGIN, y)

    def wrapped(self, text: str, *, width: float, size: float, bold: bool = False) -> list[str]:
        """*text* in lines no wider than *width*; words that are too long are broken anywhere."""
        self.set_font(OWN, "B" if bold else "", size)
        lines: list[str] = []
        for paragraph in text.splitlines() or [""]:
            lines += self._lines(written(paragraph), width)
        return lines

    def _lines(self, text: str, width: float) -> Iterator[str]:
        line = ""
        for piece in _BREAKS.split(text):
            if self._width(f"{line}{piece}".rstrip()) <= width:
                line += piece
                continue
            if line.strip():
                yield line.rstrip()
            line = piece
            while self._width(line.rstrip()) > width:
                fitting = self._fitting(line, width)
                yield line[:fitting]
                line = line[fitting:]
        yield line.rstrip()

    def _fitting(self, word: str, width: float) -> int:
        """How many characters of *word* fit, at least one."""
        low, high = 1, len(word)
        while low < high:
            middle = (low + high + 1) // 2
            if self._width(word[:middle]) <= width:
                low = middle
            else:
                high = middle - 1
        return low

    def _width(self, text: str) -> float:
        self._shape(text)
        return float(self.get_string_width(text))

    def _shape(self, text: str) -> None:
        """Let HarfBuzz set what needs it; for plain Latin it would take ten times as long."""
        self.set_text_shaping(needs_shaping(text))

    def as_bytes(self) -> bytes:
        return bytes(self.output(output_producer_class=CutFonts))


def needs_shaping(text: str) -> bool:
    """Whether letters join, combine or run from right to left."""
    return not text.isascii() and any(
        unicodedata.bidirectional(one) in _RIGHT_TO_LEFT or unicodedata.combining(one)
        for one in text
    )


def written(text: str) -> str:
    """*text* in characters that our fonts have; a sign stands for each that they have not.

    What only steers (joiners, variation selectors, controls) goes away without one.
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(_written(one) for one in composed)


@lru_cache(maxsize=8192)
def _written(one: str) -> str:
    if one.isspace():
        return "\N{NO-BREAK SPACE}" if one in "\N{NO-BREAK SPACE}\u202f" else " "
    if unicodedata.category(one) in {"Cc", "Cf", "Cs"} or "\ufe00" <= one <= "\ufe0f":
        return ""
    far = east_asian_face()
    known = ord(one) in own_faces()[0].characters or (
        far is not None and ord(one) in far.characters
    )
    return one if known else UNKNOWN
