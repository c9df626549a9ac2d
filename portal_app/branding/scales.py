"""Twelve steps of a colour, from a page's faint tint to its strongest text, in light and in dark.

The steps mean what Radix Colors' mean (radix-ui.com/colors/docs/palette-composition/scales): 1–2
backgrounds, 3–5 parts, 6–8 lines, 9–10 solid, 11–12 text. They are laid out in OKLCH
(bottosson.github.io/posts/oklab), where equal steps look equal whatever the hue.
"""

from __future__ import annotations

import math
from typing import Final

from portal_app.branding.colour import Colour, from_linear, linear

Lch = tuple[float, float, float]
# Lightness of steps 1–8, and the share of the colour's own chroma in each.
_LIGHT: Final = (0.993, 0.98, 0.956, 0.93, 0.9, 0.86, 0.8, 0.72)
_DARK: Final = (0.178, 0.213, 0.25, 0.285, 0.325, 0.38, 0.45, 0.54)
_CHROMA: Final = (0.03, 0.06, 0.14, 0.26, 0.37, 0.46, 0.58, 0.75)
_GREYEST: Final = 0.012


def lch_of(colour: Colour) -> Lch:
    """Lightness 0–1, chroma, hue in radians."""
    red, green, blue = (linear(part / 255) for part in (colour.red, colour.green, colour.blue))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.atan2(b, a)


def colour_of(lch: Lch) -> Colour:
    """The nearest colour that a screen can show: as much of the chroma as fits."""
    light, chroma, hue = lch
    for share in range(20, -1, -1):
        parts = _linear_rgb((light, chroma * share / 20, hue))
        if all(-0.0005 <= part <= 1.0005 for part in parts):  # noqa: PLR2004 -- rounding
            break
    return Colour(*(from_linear(min(max(part, 0.0), 1.0)) for part in parts))


def _linear_rgb(lch: Lch) -> tuple[float, float, float]:
    light, chroma, hue = lch
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def tints(colour: Colour, *, dark: bool) -> tuple[Colour, ...]:
    """Steps 1–8 in the colour's hue."""
    _, chroma, hue = lch_of(colour)
    rows = zip(_DARK if dark else _LIGHT, _CHROMA, strict=True)
    return tuple(colour_of((light, chroma * share, hue)) for light, share in rows)


def greys(background: Colour, *, dark: bool) -> tuple[Colour, ...]:
    """All twelve steps of a grey with a breath of the background's hue."""
    _, chroma, hue = lch_of(background)
    breath = min(chroma, _GREYEST)
    lightness = (*(_DARK if dark else _LIGHT), *((0.6, 0.65, 0.77, 0.95) if dark else _LIGHT_END))
    return tuple(colour_of((light, breath, hue)) for light in lightness)


_LIGHT_END: Final = (0.64, 0.6, 0.48, 0.22)


def night_of(background: Colour) -> Colour:
    """The dark background that goes with a light one."""
    _, chroma, hue = lch_of(background)
    return colour_of((0.178, min(chroma, 0.02), hue))
