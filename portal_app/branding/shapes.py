"""Corners and fonts that a brand chooses among, by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


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
