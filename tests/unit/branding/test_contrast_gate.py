"""Ten thousand brands in `make soak`: each can be read, or can't be published."""

from __future__ import annotations

import os
import random

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.colour import Colour, contrast
from portal_app.branding.contrast_gate import FIXED, pairs_of, unreadable
from portal_app.branding.theme_file import NoTheme, check
from tests.unit.ui.test_contrast import DARK, LIGHT

COUNT = 10_000 if os.environ.get("PORTAL_SOAK") else 200
# What stands on what in portal.css, of the tokens that a brand decides or stands behind.
SURFACES = ("page", "panel", "panel-raised", "sunken")
TEXTS = ("text", "text-muted", "accent-text", "danger-text", "warn-text")
READ = [
    *((text, surface, 4.5) for text in TEXTS for surface in SURFACES),
    *(("accent", surface, 3.0) for surface in SURFACES),
    ("accent-contrast", "accent", 4.5),
    ("accent-contrast", "accent-hover", 4.5),
    ("accent-text", "accent-soft", 4.5),
    *(("accent-text", f"{tone}-soft", 4.5) for tone in ("ok", "info", "warn", "danger", "muted")),
]


def some_brand(chance: random.Random) -> Brand:
    def colour() -> str:
        return f"#{chance.randrange(1 << 24):06x}"

    def near(edge: str) -> str:
        tint = Colour.parse(edge).mixed(Colour.parse(colour()), chance.random() * 0.3)
        return tint.hex

    return Brand(
        wordmark="Any",
        accent=colour(),
        accent_dark=chance.choice([None, colour()]),
        background=chance.choice([None, near("#ffffff"), colour()]),
        background_dark=chance.choice([None, near("#000000"), colour()]),
    )


def as_rendered(brand: Brand, *, dark: bool) -> dict[str, str]:
    """The tokens that a browser ends up with, from the text of the stylesheet."""
    found = dict(DARK if dark else LIGHT)
    for name, value in stylesheet.inline(brand).items():
        if value.startswith("light-dark("):
            found[name.removeprefix("--")] = value[11:-1].split(",")[dark]
    return found


def test_every_brand_can_be_read_or_can_not_be_published() -> None:
    chance = random.Random(11)  # noqa: S311 -- a fixed seed
    published = 0
    for _ in range(COUNT):
        brand = some_brand(chance)
        try:
            check(brand)
        except NoTheme:
            continue
        published += 1
        for dark in (False, True):
            tokens = as_rendered(brand, dark=dark)
            for ink, ground, needed in READ:
                ratio = contrast(Colour.parse(tokens[ink]), Colour.parse(tokens[ground]))
                assert ratio >= needed, (brand, dark, ink, ground)
    assert COUNT // 50 <= published < COUNT


def test_what_is_published_is_shown_exactly_as_it_was_chosen() -> None:
    chance = random.Random(5)  # noqa: S311 -- a fixed seed
    for _ in range(COUNT // 4):
        brand = some_brand(chance)
        if not unreadable(brand):
            assert as_rendered(brand, dark=False)["accent"] == brand.accent
            if brand.background:
                assert as_rendered(brand, dark=False)["page"] == brand.background


def test_taking_every_proposal_leads_to_a_theme_that_can_be_published() -> None:
    chance = random.Random(7)  # noqa: S311 -- a fixed seed
    for _ in range(COUNT // 8):
        brand = some_brand(chance)
        for _ in range(4):
            changed = {one.field: one.proposal.hex for one in unreadable(brand)}
            brand = brand.model_copy(update=changed)
        assert unreadable(brand) == []


def test_a_yellow_is_refused_with_its_ratio_and_the_nearest_that_passes() -> None:
    (found,) = unreadable(Brand(wordmark="Any", accent="#ffd400"))
    assert (found.field, found.pair.ink, found.pair.needed) == ("accent", "accent", 3.0)
    assert found.pair.ratio < 1.5
    assert unreadable(Brand(wordmark="Any", accent=found.proposal.hex)) == []
    assert contrast(found.proposal, Colour.parse("#ffd400")) < 4  # still a yellow


def test_the_gate_knows_the_portals_own_texts() -> None:
    """Its pairs are of the colours that `portal.css` really has."""
    for dark, tokens in ((False, LIGHT), (True, DARK)):
        assert {name: tokens[name] for name in FIXED[dark]} == FIXED[dark]
    pairs = {(one.ink, one.ground) for one in pairs_of(Brand(wordmark="Any", accent="#1754d8"))}
    assert {(ink, ground) for ink, ground, _ in READ if "soft" not in ground} <= pairs
