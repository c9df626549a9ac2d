"""Pictures that somebody uploads: recognised by their first bytes, and drawn anew.

What is stored is a PNG of our own making, so that nothing of the file that came, its metadata, its
tail, what another reader would see in it, reaches anybody. SVG is a document with scripts: never.
"""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from portal_app.kit.errors import InvalidInput

LARGEST_FILE: Final = 1_000_000
_MOST_PIXELS: Final = 8_000_000
# Twice and four times the height of a header's mark, for fine screens.
_LARGEST: Final = (640, 112)
# Beyond, what the header has room for would show a line of a few pixels.
_WIDEST: Final = 20
_TALLEST: Final = 4
_MAGIC: Final = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"RIFF": "WEBP",
}


class NoPicture(InvalidInput):
    """It is none, or none of ours: PNG, JPEG or WebP, not too large."""

    def __init__(self) -> None:
        super().__init__("Choose a PNG, JPEG or WebP picture of at most 1 MB.")


class TooThin(InvalidInput):
    """As small as a header shows it, nobody could see what it is."""

    def __init__(self) -> None:
        super().__init__(
            "That picture is too long and thin to be seen in the header. Choose one that is at most"
            " 20 times as wide as it is high, or 4 times as high as it is wide."
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and the *name* that its bytes give it."""

    content: bytes
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"img_{hashlib.sha256(self.content).hexdigest()[:32]}"


def drawn_anew(uploaded: bytes) -> Picture:
    """Raises NoPicture and TooThin. Takes a moment: not on the event loop."""
    kind = next((name for magic, name in _MAGIC.items() if uploaded.startswith(magic)), None)
    if kind is None or len(uploaded) > LARGEST_FILE:
        raise NoPicture
    try:
        with Image.open(io.BytesIO(uploaded), formats=[kind]) as given:
            if given.width * given.height > _MOST_PIXELS or min(given.size) < 1:
                raise NoPicture
            picture = _upright(given, _eight_bits(given).convert("RGBA"))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as broken:
        raise NoPicture from broken
    except Image.DecompressionBombError as bomb:
        raise NoPicture from bomb
    if picture.width > _WIDEST * picture.height or picture.height > _TALLEST * picture.width:
        raise TooThin
    picture.thumbnail(_LARGEST)
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), clean.width, clean.height)


def _eight_bits(given: Image.Image) -> Image.Image:
    """Pillow cuts the 65,536 greys of a PNG off at white where it is asked for fewer."""
    if not given.mode.startswith("I;16"):
        return given
    grey = given.point(lambda level: level / 256).convert("L")
    if "transparency" in given.info:
        grey.info["transparency"] = given.info["transparency"] // 256
    return grey


def _upright(given: Image.Image, picture: Image.Image) -> Image.Image:
    """*picture* as a camera meant it: phones store how they were held, which is lost here."""
    picture.info.clear()
    picture.getexif()[ExifTags.Base.Orientation] = _orientation(given)
    return ImageOps.exif_transpose(picture)


def _orientation(given: Image.Image) -> object:
    """As it was stored; a picture whose metadata is broken is as good as one without."""
    try:
        return given.getexif().get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, ValueError, struct.error):
        return 1
