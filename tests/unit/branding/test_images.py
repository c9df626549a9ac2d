"""Uploaded pictures in a header: upright, in their own greys, never wider than a phone."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from portal_app.branding.brand import Brand
from portal_app.branding.images import TooThin, drawn_anew
from portal_app.branding.published import logo_tokens

PORTAL_CSS = (Path(__file__).parents[3] / "assets" / "portal.css").read_text("utf-8")
LIGHT, DARK = "img_" + "1" * 32, "img_" + "2" * 32
RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def written(image: Image.Image, kind: str = "PNG", **extra: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **extra)
    return out.getvalue()


def shown(uploaded: bytes) -> Image.Image:
    return Image.open(io.BytesIO(drawn_anew(uploaded).content))


def orientation(value: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_stands_as_it_was_taken(kind: str) -> None:
    """Red on the left of what is stored is on top of what was seen, for 6: turned to the right."""
    stored = Image.new("RGB", (60, 40), "blue")
    stored.paste("red", (0, 0, 30, 40))
    lossless = {"WEBP": {"lossless": True}}.get(kind, {})
    seen = shown(written(stored, kind, exif=orientation(6), **lossless))
    assert seen.size == (40, 60)
    assert seen.getexif() == {}
    for place, colour in (((20, 10), RED), ((20, 50), BLUE)):
        found = seen.getpixel(place)
        assert isinstance(found, tuple)
        assert all(abs(one - wanted) < 8 for one, wanted in zip(found, colour, strict=True))


@pytest.mark.parametrize("exif", [b"broken", b"II*\0"])
def test_a_picture_with_broken_metadata_is_one_without(exif: bytes) -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        assert shown(written(Image.new("RGB", (60, 40)), kind, exif=exif)).size == (60, 40)


@pytest.mark.parametrize(("level", "grey"), [(0, 0), (0x8080, 0x80), (0xC0FF, 0xC0), (0xFFFF, 255)])
def test_sixteen_bits_of_grey_keep_their_grey(level: int, grey: int) -> None:
    uploaded = written(Image.new("I;16", (60, 40), level))
    assert uploaded[24] == 16  # bits, by the PNG's own header
    assert shown(uploaded).getpixel((30, 20)) == (grey, grey, grey, 255)


@pytest.mark.parametrize("size", [(4000, 1), (2001, 100), (1, 4000), (100, 401)])
def test_what_nobody_could_see_in_a_header_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(TooThin):
        drawn_anew(written(Image.new("RGB", size)))
    turned = Image.new("RGB", size[::-1])
    with pytest.raises(TooThin):
        drawn_anew(written(turned, exif=orientation(6)))


@pytest.mark.parametrize("size", [(2000, 100), (1600, 100), (100, 100), (100, 400)])
def test_a_lettering_is_taken(size: tuple[int, int]) -> None:
    picture = drawn_anew(written(Image.new("RGB", size)))
    assert abs(picture.width / picture.height / (size[0] / size[1]) - 1) < 0.05


@pytest.mark.parametrize(
    ("size", "width"),
    [((640, 1), 168), ((640, 40), 168), ((112, 112), 28), ((28, 112), 16), ((1, 112), 16)],
)
def test_a_logo_of_any_proportions_leaves_the_header_its_width(
    size: tuple[int, int], width: int
) -> None:
    """Also one that was stored before such pictures were refused."""
    tokens = logo_tokens(Brand(wordmark="N", accent="#0f766e", logo=LIGHT), {LIGHT: size})
    assert tokens["--logo-width"] == f"{width}px"
    assert tokens["--logo"].endswith(" center/contain no-repeat")


def test_each_theme_has_the_box_of_its_own_picture() -> None:
    sizes = {LIGHT: (56, 28), DARK: (84, 28)}
    brand = Brand(wordmark="N", accent="#0f766e", logo=LIGHT, logo_dark=DARK)
    both = logo_tokens(brand, sizes)
    assert (both["--logo-width"], both["--logo-width-dark"]) == ("56px", "84px")
    only = logo_tokens(brand.model_copy(update={"logo": None}), sizes)
    assert set(only) == {"--logo-dark", "--logo-width-dark", "--logo-radius-dark"}
    assert only["--logo-width-dark"] == "84px"


def test_every_rule_of_the_dark_takes_the_darks_box() -> None:
    dark = [rule for rule in re.findall(r"\{[^{}]*\}", PORTAL_CSS) if "var(--logo-dark," in rule]
    assert len(dark) == 3  # chosen, the system's, and in the studio's preview
    for rule in dark:
        assert "width: var(--logo-width-dark, var(--logo-width, 28px));" in rule
        assert "border-radius: var(--logo-radius-dark, var(--logo-radius, 8px));" in rule
