"""Corners and fonts that a brand chooses among, by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Radius(StrEnum):
    SHARP = "sharp"
    SOFT = "soft"
    ROUND = "round"


class Font(StrEnum):
    """Fonts that systems bring along, of which nothing is fetched, and those of BUNDLED."""

    SYSTEM = "system"
    SERIF = "serif"
    ROUNDED = "rounded"
    HUMANIST = "humanist"
    INTER = "inter"
    NUNITO = "nunito"
    SOURCE_SERIF = "source-serif"


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
    Font.INTER: '"Inter Variable", Inter, "Segoe UI", Roboto, Arial, sans-serif',
    Font.NUNITO: '"Nunito Variable", Nunito, ui-rounded, Calibri, sans-serif',
    Font.SOURCE_SERIF: '"Source Serif 4 Variable", "Source Serif 4", Georgia, serif',
}
# Files of ours (`assets/fonts`, declared in portal.css) with the letters that nearly every page
# needs; those of a name from elsewhere in Europe come when they are shown. Their names carry a
# version, as browsers keep them for good.
BUNDLED: Final = {
    Font.INTER: "/fonts/inter-5.3.0-latin.woff2",
    Font.NUNITO: "/fonts/nunito-5.3.0-latin.woff2",
    Font.SOURCE_SERIF: "/fonts/source-serif-4-5.3.1-latin.woff2",
}
