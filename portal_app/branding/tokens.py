"""What a creator chooses, and the tokens of `assets/portal.css` that follow from it.

A brand is four values. Colours that carry text are computed from the accent, so that no choice
can make the portal unreadable: text is at least 4.5:1, parts of controls at least 3:1
(WCAG 2.2, 1.4.3 and 1.4.11), in light and in dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from portal_app.branding.colour import BLACK, WHITE, Colour, contrast, moved_until

TEXT_RATIO: Final = 4.5
CONTROL_RATIO: Final = 3.0
INK: Final = Colour.parse("#111111")


class Radius(StrEnum):
    SHARP = "sharp"
    SOFT = "soft"
    ROUND = "round"


class Font(StrEnum):
    """Stacks of fonts that systems bring along: nothing is fetched, nothing shifts."""

    SYSTEM = "system"
    SERIF = "serif"
    ROUNDED = "rounded"
    HUMANIST = "humanist"


# card, control, small
RADII: Final = {
    Radius.SHARP: ("4px", "3px", "2px"),
    Radius.SOFT: ("16px", "10px", "6px"),
    Radius.ROUND: ("26px", "20px", "12px"),
}
FONTS: Final = {
    Font.SYSTEM: (
        '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
    ),
    Font.SERIF: '"Iowan Old Style", "Palatino Linotype", "URW Palladio L", P052, Georgia, serif',
    Font.ROUNDED: (
        'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Comfortaa, Manjari, '
        '"Arial Rounded MT Bold", Calibri, sans-serif'
    ),
    Font.HUMANIST: 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", sans-serif',
}


class Brand(BaseModel):
    """A company's look. Unknown keys, colour names and other types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wordmark: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f<>]+$"
        ),
    ]
    accent: Annotated[str, StringConstraints(strict=True, pattern=r"^#[0-9A-Fa-f]{6}$")]
    radius: Radius = Radius.SOFT
    font: Font = Font.SYSTEM


@dataclass(frozen=True, slots=True)
class Surfaces:
    """The backgrounds of `portal.css` in one theme, and which way is away from them."""

    panel: Colour
    others: tuple[Colour, ...]
    away: Colour
    soft_share: float

    @property
    def all(self) -> tuple[Colour, ...]:
        return (self.panel, *self.others)


LIGHT: Final = Surfaces(
    panel=Colour.parse("#ffffff"),
    others=(Colour.parse("#fafafa"), Colour.parse("#f1f1f2")),
    away=BLACK,
    soft_share=0.9,
)
DARK: Final = Surfaces(
    panel=Colour.parse("#19191b"),
    others=(Colour.parse("#111113"), Colour.parse("#222225")),
    away=WHITE,
    soft_share=0.8,
)


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
    dark_ink = contrast(WHITE, seen) < TEXT_RATIO <= contrast(INK, seen)
    ink, from_ink = (INK, WHITE) if dark_ink else (WHITE, BLACK)
    # A few mid-tones bear neither ink; they are darkened until white can be read.
    solid = moved_until(seen, towards=from_ink, against=(ink,), ratio=TEXT_RATIO)
    soft = accent.mixed(surfaces.panel, surfaces.soft_share)
    return Palette(
        accent=solid,
        hover=solid.mixed(from_ink, 0.12),
        contrast=ink,
        text=moved_until(
            accent, towards=surfaces.away, against=(*surfaces.all, soft), ratio=TEXT_RATIO
        ),
        soft=soft,
    )


def colour_tokens(brand: Brand, surfaces: Surfaces) -> dict[str, str]:
    """Custom properties that differ between light and dark."""
    colours = palette(Colour.parse(brand.accent), surfaces)
    return {
        "--accent": colours.accent.hex,
        "--accent-hover": colours.hover.hex,
        "--accent-contrast": colours.contrast.hex,
        "--accent-text": colours.text.hex,
        "--accent-soft": colours.soft.hex,
    }


def shape_tokens(brand: Brand) -> dict[str, str]:
    """Custom properties that are the same in both themes."""
    card, control, small = RADII[brand.radius]
    return {
        "--font": FONTS[brand.font],
        "--radius-card": card,
        "--radius-control": control,
        "--radius-small": small,
    }
