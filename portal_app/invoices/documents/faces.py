"""The fonts of documents: parsed once for each process, lent to one document after the other.

Parsing them again, and cutting them down with fpdf2's own subsetter, took a quarter of a second
for each document; here HarfBuzz cuts, which takes a millisecond.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import HarfBuzzFont, SubsetMap, TTFFont
from fpdf.output import OutputProducer

FOLDER: Final = Path(__file__).parent / "fonts"
OWN: Final = "dejavu"
EAST_ASIAN: Final = "eastasian"
# Where systems keep a font for Chinese, Japanese and Korean; the first that is there is taken.
PLACES: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
)
# Which package of Debian brings the first of them.
PACKAGE: Final = "fonts-noto-cjk"
_DROPPED: Final = (b"GSUB", b"GPOS", b"GDEF")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: *parsed* is fpdf2's view of it, never used in a document itself."""

    key: str
    parsed: TTFFont
    shaped: hb.Face

    @property
    def characters(self) -> dict[int, str]:
        return self.parsed.cmap

    def lend(self, pdf: FPDF) -> None:
        """Make it a font of *pdf*; what a document notes down in its font is its own."""
        font = copy.copy(self.parsed)
        font.i = len(pdf.fonts) + 1
        font.desc = copy.copy(self.parsed.desc)
        font.missing_glyphs = []
        font.subset = SubsetMap(font)
        font._hbfont = HarfBuzzFont(self.shaped)  # noqa: SLF001 -- its size is the document's
        pdf.fonts[self.key] = font

    def cut(self, names: Iterable[str]) -> TTFont:
        """The font with the glyphs of these *names* only; they keep their names."""
        wanted = hb.SubsetInput()
        glyphs = {self.parsed.ttfont.getGlyphID(name) for name in names}
        wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).set(glyphs)
        dropped = [int.from_bytes(tag, "big") for tag in _DROPPED]
        wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(dropped)
        wanted.flags = (
            hb.SubsetFlags.GLYPH_NAMES
            | hb.SubsetFlags.NOTDEF_OUTLINE
            | hb.SubsetFlags.NO_HINTING
            | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        )
        small = hb.subset(self.shaped, wanted)
        return TTFont(
            BytesIO(small.blob.data), recalcTimestamp=False, recalcBBoxes=False, lazy=True
        )


@lru_cache(maxsize=1)
def own_faces() -> tuple[Face, ...]:
    """Regular and bold, with Latin, Greek, Cyrillic, Hebrew and Arabic."""
    files = (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf"))
    return tuple(_load(FOLDER / name, OWN, style) for style, name in files)


@lru_cache(maxsize=1)
def east_asian_face() -> Face | None:
    """The system's font for Chinese, Japanese and Korean; None where there is none."""
    path = east_asian_file()
    return _load(path, EAST_ASIAN, "") if path else None


def east_asian_file() -> Path | None:
    return next((path for place in PLACES if (path := Path(place)).is_file()), None)


def _load(path: Path, family: str, style: str) -> Face:
    key, content = f"{family}{style}", path.read_bytes()
    # From memory: from its path fpdf2 would keep the file open for as long as the process lives.
    parsed = TTFFont(FPDF(), BytesIO(content), key, style)  # type: ignore[arg-type]
    # Read now what is read lazily otherwise: several threads share it afterwards.
    _ = parsed.ttfont["hmtx"].metrics, parsed.ttfont.getReverseGlyphMap()
    return Face(key, parsed, hb.Face(content))


class CutFonts(OutputProducer):
    """Gives fpdf2 fonts that are cut already, so that its own subsetter has little to do."""

    def _add_fonts(self, *args: Any) -> Any:  # noqa: ANN401 -- fpdf2's own, passed on
        faces = {face.key: face for face in (*own_faces(), east_asian_face()) if face}
        for key, font in self.fpdf.fonts.items():
            if isinstance(font, TTFFont):
                font.ttfont = faces[key].cut(font.subset.get_all_glyph_names())
        return super()._add_fonts(*args)
