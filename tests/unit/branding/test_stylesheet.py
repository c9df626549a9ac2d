"""The rendered stylesheet keeps to the tokens that `assets/portal.css` really uses."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.published import logo_tokens
from portal_app.branding.repository import FOLDER, read_brands
from portal_app.branding.service import brand_of, stylesheet_href, wrapper_style
from portal_app.branding.shapes import FONTS, RADII
from portal_app.branding.tokens import DARK, LIGHT, Surfaces

PORTAL_CSS = (Path(__file__).parents[3] / "assets" / "portal.css").read_text("utf-8")
DEMO = ("biz_northwind", "biz_lumen")
HEX = st.from_regex(r"\A#[0-9A-Fa-f]{6}\Z")
PICTURES = (f"img_{'0' * 32}", f"img_{'1' * 32}")
LOGO = logo_tokens(
    Brand(wordmark="Any", accent="#0f766e", logo=PICTURES[0], logo_dark=PICTURES[1]),
    dict.fromkeys(PICTURES, (640, 112)),
)
brands = st.builds(
    Brand,
    wordmark=st.just("Any"),
    accent=HEX,
    accent_dark=st.none() | HEX,
    background=st.none() | HEX,
    background_dark=st.none() | HEX,
    radius=st.sampled_from(sorted(RADII)),
    font=st.sampled_from(sorted(FONTS)),
)


def _block(selector: str) -> str:
    """The declarations of the first rule of *selector* in portal.css."""
    return PORTAL_CSS.split(selector, 1)[1].split("{", 1)[1].split("}", 1)[0]


# The first of each brand computes two scales, for which a busy machine takes its time.
@settings(deadline=None)
@given(brand=brands)
def test_it_is_small_closed_and_only_in_the_creators_layer(brand: Brand) -> None:
    css = stylesheet.render(brand, LOGO)
    style = ";".join(f"{name}:{value}" for name, value in stylesheet.inline(brand).items())
    assert len(css.encode()) <= 2048
    assert len(style.encode()) <= 2048
    assert css.count("{") == css.count("}")
    assert css.startswith("@layer tokens,base,components,creator;@layer creator{")
    depths = list(
        itertools.accumulate({"{": 1, "}": -1}.get(character, 0) for character in css.rstrip())
    )
    start = css.index("{")
    assert depths[-1] == 0
    assert all(depth > 0 for depth in depths[start:-1])


# The first of each brand computes two scales, for which a busy machine takes its time.
@settings(deadline=None)
@given(brand=brands)
def test_every_token_exists_in_the_portals_stylesheet(brand: Brand) -> None:
    for name in stylesheet.inline(brand):
        assert f"{name}:" in _block(":root"), name
    names = set(re.findall(r"(--[a-z0-9-]+):", stylesheet.render(brand)))
    scales = {f"--{of}-{step}" for of in ("accent", "gray") for step in range(1, 13)}
    assert names - set(stylesheet.inline(brand)) == scales


def test_the_layer_order_is_the_portals_and_it_says_what_light_and_dark_are() -> None:
    """`light-dark()` follows `color-scheme`, which every way into the dark must set."""
    css = stylesheet.render(Brand(wordmark="Any", accent="#0f766e"))
    assert css.startswith("@layer tokens,base,components,creator;")
    assert "@layer tokens, base, components, creator;" in PORTAL_CSS
    for selector in (":root.dark,", ':root:not(.light):not([data-theme="light"])'):
        assert "color-scheme: dark;" in _block(selector)


@pytest.mark.parametrize(("selector", "surfaces"), [(":root", LIGHT), (":root.dark", DARK)])
def test_contrast_is_computed_against_the_portals_surfaces(
    selector: str, surfaces: Surfaces
) -> None:
    block = _block(selector)
    names = ("page", "panel", "panel-raised", "sunken")
    found = {re.search(rf"--{name}: (#[0-9a-f]{{6}});", block)[1] for name in names}  # type: ignore[index]
    assert found == {colour.hex for colour in surfaces.all}


def test_the_demo_brands_differ_in_everything() -> None:
    northwind, lumen = (brand_of(company) for company in DEMO)
    assert northwind is not None
    assert lumen is not None
    for name in ("wordmark", "accent", "radius", "font"):
        assert getattr(northwind, name) != getattr(lumen, name), name
    assert set(read_brands(FOLDER)) == set(DEMO)


def test_the_address_changes_with_the_sheet_only() -> None:
    one, other = (stylesheet_href(company) for company in DEMO)
    assert one is not None
    assert re.fullmatch(r"/brand/biz_northwind\.css\?v=[0-9a-f]{16}", one)
    assert one == stylesheet_href("biz_northwind")
    assert one.partition("?")[2] != str(other).partition("?")[2]


def test_a_wrapper_carries_both_themes() -> None:
    style = wrapper_style("biz_lumen")
    assert style["--accent"] == "light-dark(#f0551d,#f0551d)"
    assert style["--radius-card"] == "26px"
    assert re.fullmatch(r"light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)", style["--accent-soft"])


def test_a_company_without_a_brand_keeps_the_neutral_look() -> None:
    assert brand_of("biz_nobody") is None
    assert stylesheet_href("biz_nobody") is None
    assert wrapper_style("biz_nobody") == {}


def test_a_wrong_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "biz_odd.json").write_text('{"wordmark": "Odd", "accent": "teal"}')
    with pytest.raises(ValueError, match="accent"):
        read_brands(tmp_path)
