"""A brand is strict to enter and readable whatever it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from portal_app.branding.brand import Brand
from portal_app.branding.colour import BLACK, WHITE, Colour, contrast
from portal_app.branding.shapes import Font, Radius
from portal_app.branding.tokens import (
    CONTROL_RATIO,
    DARK,
    LIGHT,
    TEXT_RATIO,
    Surfaces,
    palette,
)

colours = st.builds(Colour, *[st.integers(0, 255)] * 3)
themes = pytest.mark.parametrize("surfaces", [LIGHT, DARK], ids=["light", "dark"])
GIVEN = {"wordmark": "Northwind", "accent": "#0F766E"}


@themes
@settings(deadline=None)
@given(accent=colours)
@example(accent=WHITE)
@example(accent=BLACK)
@example(accent=Colour.parse("#777777"))
def test_every_accent_ends_up_readable(surfaces: Surfaces, accent: Colour) -> None:
    made = palette(accent, surfaces)
    for solid in (made.accent, made.hover):
        assert contrast(made.contrast, solid) >= TEXT_RATIO
    for surface in surfaces.all:
        assert contrast(made.text, surface) >= TEXT_RATIO
        assert contrast(made.accent, surface) >= CONTROL_RATIO
    assert contrast(made.text, made.soft) >= TEXT_RATIO


def test_a_readable_accent_is_left_as_it_is() -> None:
    accent = Colour.parse("#0f766e")
    made = palette(accent, LIGHT)
    assert (made.accent, made.text, made.contrast) == (accent, accent, WHITE)


def test_a_bright_accent_gets_dark_ink_instead_of_losing_its_colour() -> None:
    accent = Colour.parse("#f0551d")
    for surfaces in (LIGHT, DARK):
        made = palette(accent, surfaces)
        assert made.accent == accent
        assert made.contrast == Colour.parse("#111111")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Figures of WebAIM's contrast checker.
    [("#ffffff", "#000000", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(Colour.parse(one), Colour.parse(other)) == pytest.approx(ratio, abs=0.005)
    assert contrast(Colour.parse(other), Colour.parse(one)) == pytest.approx(ratio, abs=0.005)


@given(colour=colours)
def test_colours_survive_their_text(colour: Colour) -> None:
    assert Colour.parse(colour.hex) == colour


@pytest.mark.parametrize(
    "wrong",
    [
        {"accent": "#fff"},
        {"accent": "red"},
        {"accent": "#0F766G"},
        {"accent": "#0F766E;}"},
        {"accent": "#0F766E\n"},
        {"accent": 1014382},
        {"accent": None},
        {"radius": "8px"},
        {"font": "Comic Sans MS"},
        {"wordmark": ""},
        {"wordmark": "   "},
        {"wordmark": "x" * 41},
        {"wordmark": "</style>"},
        {"wordmark": "two\nlines"},
        {"wordmark": "Evil\u202etxt"},
        {"markup": "body{display:none}"},
        {"background": "white;}*{display:none"},
        {"logo": "https://evil.test/x.png"},
        {"logo": "img_../../x"},
        {"support_email": "a@b.test\nBcc: everybody@b.test"},
        {"support_email": "a@b.test?subject=x"},
        {"support_url": "javascript:alert(1)"},
        {"support_url": "http://plain.test/"},
        {"support_url": "https://user:pass@evil.test/"},
        {"terms_url": 'https://evil.test/"onclick="x'},
        {"terms_url": "https://evil.test/ x"},
        {"privacy_url": "//evil.test/"},
        {"imprint_url": "https://evil"},
    ],
)
def test_what_is_no_brand_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Brand.model_validate_json(json.dumps(GIVEN | wrong))


def test_shape_and_font_have_defaults() -> None:
    brand = Brand.model_validate(GIVEN)
    assert (brand.radius, brand.font) == (Radius.SOFT, Font.SYSTEM)
