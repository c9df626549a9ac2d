"""The tokens of `assets/portal.css` that follow from a brand, in light and in dark.

Colours that carry text are computed, so that no choice can make the portal unreadable: text is at
least 4.5:1, parts of controls at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from portal_app.branding.brand import Brand
from portal_app.branding.colour import BLACK, WHITE, Colour, contrast, moved_until
from portal_app.branding.scales import greys, night_of, tints
from portal_app.branding.shapes import FONTS, RADII

TEXT_RATIO: Final = 4.5
CONTROL_RATIO: Final = 3.0
INK: Final = Colour.parse("#111111")


@dataclass(frozen=True, slots=True)
class Surfaces:
    """The backgrounds of a page in one theme, its text, and which way is away from them.

    *tones* are the soft grounds of alerts, which no brand changes.
    """

    dark: bool
    page: Colour
    panel: Colour
    raised: Colour
    sunken: Colour
    text: Colour
    muted: Colour
    away: Colour
    soft_share: float
    tones: tuple[Colour, ...]

    @property
    def all(self) -> tuple[Colour, ...]:
        return (self.panel, self.page, self.raised, self.sunken)


def _colours(*texts: str) -> tuple[Colour, ...]:
    return tuple(Colour.parse(text) for text in texts)


LIGHT: Final = Surfaces(
    dark=False,
    page=Colour.parse("#fafafa"),
    panel=Colour.parse("#ffffff"),
    raised=Colour.parse("#ffffff"),
    sunken=Colour.parse("#f1f1f2"),
    text=Colour.parse("#1b1b1d"),
    muted=Colour.parse("#5f5f63"),
    away=BLACK,
    soft_share=0.9,
    tones=_colours("#e6f6eb", "#ebf2ff", "#fff4d1", "#ffeae6", "#eeeef0"),
)
DARK: Final = Surfaces(
    dark=True,
    page=Colour.parse("#111113"),
    panel=Colour.parse("#19191b"),
    raised=Colour.parse("#222225"),
    sunken=Colour.parse("#222225"),
    text=Colour.parse("#eeeef0"),
    muted=Colour.parse("#b0b0b6"),
    away=WHITE,
    soft_share=0.8,
    tones=_colours("#12301f", "#14264a", "#33240a", "#3a1613", "#2a2a2e"),
)


def surfaces_on(background: Colour | None, neutral: Surfaces) -> Surfaces:
    """The surfaces that go with a chosen *background*; *neutral* itself without one.

    The quieter text is moved until it can be read on each of them, as far as the text itself.
    """
    if background is None:
        return neutral
    if neutral.dark:
        panel, sunken = background.mixed(WHITE, 0.035), background.mixed(WHITE, 0.07)
        made = (background, panel, sunken, sunken)
    else:
        panel, sunken = background.mixed(WHITE, 0.7), background.mixed(BLACK, 0.035)
        made = (background, panel, panel, sunken)
    muted = moved_until(neutral.muted, towards=neutral.text, against=made, ratio=TEXT_RATIO)
    page, panel, raised, sunken = made
    return replace(neutral, page=page, panel=panel, raised=raised, sunken=sunken, muted=muted)


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent's colours in one theme: `--accent`, `--accent-hover` and so on."""

    accent: Colour
    hover: Colour
    contrast: Colour
    text: Colour
    soft: Colour


def palette(accent: Colour, surfaces: Surfaces) -> Palette:
    """The readable colours nearest to *accent* on *surfaces*."""
    seen = moved_until(accent, towards=surfaces.away, against=surfaces.all, ratio=CONTROL_RATIO)
    ink, from_ink = ink_on(seen)
    # A few mid-tones bear neither ink; they are darkened until white can be read.
    solid = moved_until(seen, towards=from_ink, against=(ink,), ratio=TEXT_RATIO)
    if any(contrast(solid, surface) < CONTROL_RATIO for surface in surfaces.all):
        # In the dark that may sink into the surfaces; then it gets lighter until black can be read.
        ink, from_ink = INK, WHITE
        solid = moved_until(seen, towards=from_ink, against=(ink,), ratio=TEXT_RATIO)
    soft = accent.mixed(surfaces.panel, surfaces.soft_share)
    grounds = (*surfaces.all, *surfaces.tones, soft)
    return Palette(
        accent=solid,
        hover=solid.mixed(from_ink, 0.12),
        contrast=ink,
        text=moved_until(accent, towards=surfaces.away, against=grounds, ratio=TEXT_RATIO),
        soft=soft,
    )


def ink_on(solid: Colour) -> tuple[Colour, Colour]:
    """Black or white, whichever can be read on *solid*, and what leads away from it."""
    dark_ink = contrast(WHITE, solid) < TEXT_RATIO <= contrast(INK, solid)
    return (INK, WHITE) if dark_ink else (WHITE, BLACK)


def surfaces_of(brand: Brand, *, dark: bool) -> Surfaces:
    """A dark background that was not chosen is the light one's night."""
    light = Colour.parse(brand.background) if brand.background else None
    if not dark:
        return surfaces_on(light, LIGHT)
    chosen = Colour.parse(brand.background_dark) if brand.background_dark else None
    return surfaces_on(chosen or (night_of(light) if light else None), DARK)


def accent_of(brand: Brand, *, dark: bool) -> Colour:
    return Colour.parse(brand.accent_dark if dark and brand.accent_dark else brand.accent)


def colour_tokens(brand: Brand, *, dark: bool) -> dict[str, Colour]:
    """Custom properties that differ between light and dark."""
    surfaces, accent = surfaces_of(brand, dark=dark), accent_of(brand, dark=dark)
    made = palette(accent, surfaces)
    tokens = {
        "--accent": made.accent,
        "--accent-hover": made.hover,
        "--accent-contrast": made.contrast,
        "--accent-text": made.text,
        "--accent-soft": made.soft,
    }
    if brand.background or brand.background_dark:
        tokens |= {
            "--page": surfaces.page,
            "--panel": surfaces.panel,
            "--panel-raised": surfaces.raised,
            "--sunken": surfaces.sunken,
            "--text-muted": surfaces.muted,
        }
    return tokens


def scale_tokens(brand: Brand, *, dark: bool) -> dict[str, Colour]:
    """`--accent-1` … `--accent-12` and `--gray-1` … `--gray-12`, for stylesheets of creators."""
    surfaces, accent = surfaces_of(brand, dark=dark), accent_of(brand, dark=dark)
    made = palette(accent, surfaces)
    strongest = moved_until(
        made.text, towards=surfaces.away, against=surfaces.all, ratio=_STRONGEST_RATIO
    )
    accents = (*tints(accent, dark=dark), made.accent, made.hover, made.text, strongest)
    grays = greys(surfaces.page, dark=dark)
    return {f"--accent-{step}": colour for step, colour in enumerate(accents, start=1)} | {
        f"--gray-{step}": colour for step, colour in enumerate(grays, start=1)
    }


# WCAG's AAA for text (1.4.6).
_STRONGEST_RATIO: Final = 7.0


def shape_tokens(brand: Brand) -> dict[str, str]:
    """Custom properties that are the same in both themes."""
    card, control, small = RADII[brand.radius]
    return {
        "--font": FONTS[brand.font],
        "--radius-card": card,
        "--radius-control": control,
        "--radius-small": small,
    }
