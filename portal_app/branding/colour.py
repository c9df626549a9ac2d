"""sRGB colours and the contrast between two, as WCAG 2.2 defines it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue, each 0–255."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `#RRGGBB`; ValueError for anything else, names and short forms included."""
        if not _HEX.fullmatch(text):
            raise ValueError("a colour is written #RRGGBB")
        return cls(*bytes.fromhex(text[1:]))

    @property
    def hex(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Relative luminance, 0–1 (www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
        red, green, blue = _LIGHT[self.red], _LIGHT[self.green], _LIGHT[self.blue]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def mixed(self, other: Colour, share: float) -> Colour:
        """This colour with *share* (0–1) of *other*, channel by channel."""
        # Written out, as searches mix by the thousand.
        return Colour(
            round(self.red + (other.red - self.red) * share),
            round(self.green + (other.green - self.green) * share),
            round(self.blue + (other.blue - self.blue) * share),
        )


WHITE = Colour(255, 255, 255)
BLACK = Colour(0, 0, 0)


def linear(part: float) -> float:
    """A channel of sRGB (0–1) as light."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004


# Each channel's 256 values, as contrasts are computed by the hundred.
_LIGHT: Final = tuple(linear(value / 255) for value in range(256))


def from_linear(light: float) -> int:
    """The channel (0–255) that gives so much *light* (0–1)."""
    part = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004
    return round(part * 255)


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio, 1–21 (www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    return _ratio(one.luminance, other.luminance)


def _ratio(one: float, other: float) -> float:
    return (one + 0.05) / (other + 0.05) if one > other else (other + 0.05) / (one + 0.05)


def moved_until(
    colour: Colour, *, towards: Colour, against: Iterable[Colour], ratio: float
) -> Colour:
    """*colour*, shifted as little as needed *towards* another to reach *ratio* on all of *against*.

    Ends at *towards* itself when nothing before it is enough.
    """
    lights = tuple(surface.luminance for surface in against)
    ends = _ends(colour, towards)
    # Between two ends the contrast is nowhere higher than at one of them.
    if any(max(_ratio(end, light) for end in ends) < ratio for light in lights):
        return towards
    for step in range(_STEPS + 1):
        candidate = colour.mixed(towards, step / _STEPS)
        own = candidate.luminance
        if all(_ratio(own, light) >= ratio for light in lights):
            return candidate
    return towards


def _ends(one: Colour, other: Colour) -> tuple[float, float]:
    """Between these lies the luminance of every mixture of the two."""
    pairs = ((one.red, other.red), (one.green, other.green), (one.blue, other.blue))
    return Colour(*map(min, pairs)).luminance, Colour(*map(max, pairs)).luminance
