"""Fonts with files: ours alone, licensed, declared, and fetched only by who chose one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.shapes import BUNDLED, FONTS, Font
from portal_app.notifications.rendering import letterhead_in

ASSETS = Path(__file__).parents[3] / "assets"
FACES = re.findall(r"@font-face \{([^}]*)\}", (ASSETS / "portal.css").read_text("utf-8"))


def said(face: str, name: str) -> str:
    found = re.search(rf"{name}: ([^;]+);", face)
    assert found, (name, face)
    return found[1]


def test_every_file_is_declared_and_of_ours_and_every_declared_one_is_there() -> None:
    files = {re.fullmatch(r'url\("([^"]+)"\) format\("woff2"\)', said(one, "src")) for one in FACES}
    declared = {found[1] for found in files if found}
    assert len(declared) == len(FACES)
    assert declared == {f"/fonts/{path.name}" for path in (ASSETS / "fonts").glob("*.woff2")}
    assert {said(one, "font-display") for one in FACES} == {"swap"}


@pytest.mark.parametrize("font", BUNDLED)
def test_a_bundled_font_is_the_first_of_its_stack_and_brings_its_licence(font: Font) -> None:
    family = FONTS[font].split(",")[0]
    own = [one for one in FACES if said(one, "font-family") == family]
    latin, *further = [said(one, "src") for one in own]
    assert BUNDLED[font] in latin
    assert len(further) == 1
    assert (ASSETS / BUNDLED[font].removeprefix("/")).read_bytes().startswith(b"wOF2")
    assert {said(one, "font-weight") for one in own} <= {"100 900", "200 900", "200 1000"}
    name = Path(BUNDLED[font]).name.rsplit("-", 2)[0]
    assert "SIL Open Font License" in (ASSETS / "fonts" / f"{name}-LICENSE.txt").read_text("utf-8")


def test_a_theme_with_one_still_costs_two_kilobytes_at_most() -> None:
    whole = {"background": "#fdfcfa", "background_dark": "#14120f", "accent_dark": "#2dd4bf"}
    for font in Font:
        css = stylesheet.render(Brand(wordmark="Any", accent="#0f766e", font=font, **whole))
        assert len(css.encode()) <= 2048
        assert "@font-face" not in css


def test_a_mail_names_it_first() -> None:
    head = letterhead_in(Brand(wordmark="Any", accent="#0f766e", font=Font.INTER), "Any", None)
    assert head.font.startswith("'Inter Variable', Inter,")
    assert '"' not in head.font
