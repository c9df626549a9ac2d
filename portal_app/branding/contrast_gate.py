"""Which pairs of a theme are read on each other, and what keeps a theme from being published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from portal_app.branding.brand import Brand
from portal_app.branding.colour import Colour, contrast
from portal_app.branding.tokens import (
    CONTROL_RATIO,
    TEXT_RATIO,
    Surfaces,
    accent_of,
    ink_on,
    palette,
    surfaces_of,
)

Field = Literal["accent", "accent_dark", "background", "background_dark"]
_SURFACES: Final = ("page", "panel", "panel-raised", "sunken")
# Of portal.css, by theme: text that stands on a page or a panel and that no brand changes.
FIXED: Final = {
    False: {"text": "#1b1b1d", "danger-text": "#b81414", "warn-text": "#7d4700"},
    True: {"text": "#eeeef0", "danger-text": "#ff9a8c", "warn-text": "#ffcb47"},
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens that meet on a page, as they are in one theme. *field* is what decides them."""

    ink: str
    ground: str
    dark: bool
    ratio: float
    needed: float
    field: Field

    @property
    def passes(self) -> bool:
        return self.ratio >= self.needed


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A chosen colour that can't be published: its worst pair, and the nearest that can."""

    field: Field
    pair: Pair
    proposal: Colour


def pairs_of(brand: Brand) -> list[Pair]:
    """Every pair in use, with the colours exactly as they were chosen."""
    return list(_both(brand))


def _both(brand: Brand) -> Iterator[Pair]:
    """One by one, the quickest first: a search is done with a colour at the first that fails."""
    for dark in (False, True):
        yield from _pairs(brand, dark=dark)


def _pairs(brand: Brand, *, dark: bool) -> Iterator[Pair]:
    surfaces = surfaces_of(brand, dark=dark)
    grounds = dict(zip(_SURFACES, _in_order(surfaces), strict=True))
    ground_field: Field = "background_dark" if dark and brand.background_dark else "background"
    inks = {name: Colour.parse(text) for name, text in FIXED[dark].items()}
    for ground, colour in grounds.items():
        for name, ink in {**inks, "text-muted": surfaces.muted}.items():
            yield Pair(name, ground, dark, contrast(ink, colour), TEXT_RATIO, ground_field)
    yield from _accent_pairs(brand, surfaces, grounds, ground_field, dark=dark)


def _accent_pairs(
    brand: Brand, surfaces: Surfaces, grounds: dict[str, Colour], behind: Field, *, dark: bool
) -> Iterator[Pair]:
    """The accent as chosen; in dark, where none was chosen, as it was derived."""
    made = palette(accent_of(brand, dark=dark), surfaces)
    chosen = not dark or bool(brand.accent_dark)
    solid = accent_of(brand, dark=dark) if chosen else made.accent
    field: Field = ("accent_dark" if dark else "accent") if chosen else behind
    ink, from_ink = ink_on(solid)
    for ground, colour in grounds.items():
        yield Pair("accent", ground, dark, contrast(solid, colour), CONTROL_RATIO, field)
        yield Pair("accent-text", ground, dark, contrast(made.text, colour), TEXT_RATIO, behind)
    for name, colour in (("accent", solid), ("accent-hover", solid.mixed(from_ink, 0.12))):
        yield Pair("accent-contrast", name, dark, contrast(ink, colour), TEXT_RATIO, field)
    soft = contrast(made.text, made.soft)
    yield Pair("accent-text", "accent-soft", dark, soft, TEXT_RATIO, behind)


def _in_order(surfaces: Surfaces) -> tuple[Colour, ...]:
    return (surfaces.page, surfaces.panel, surfaces.raised, surfaces.sunken)


def unreadable(brand: Brand) -> list[Unreadable]:
    """What has to change before *brand* can be published; at most one for each chosen colour."""
    worst: dict[Field, Pair] = {}
    for pair in pairs_of(brand):
        known = worst.get(pair.field)
        if not pair.passes and (known is None or _short(pair) < _short(known)):
            worst[pair.field] = pair
    return [Unreadable(field, pair, _nearest(brand, field)) for field, pair in worst.items()]


def _short(pair: Pair) -> float:
    return pair.ratio / pair.needed


def _nearest(brand: Brand, field: Field) -> Colour:
    if field in {"accent", "accent_dark"}:
        dark = field == "accent_dark"
        return palette(accent_of(brand, dark=dark), surfaces_of(brand, dark=dark)).accent
    return nearest_background(brand, field)


_STEPS: Final = 50


def nearest_background(brand: Brand, field: Field) -> Colour:
    """The first on the way to white, in dark to black, on which all that stands there is read."""
    dark = field == "background_dark"
    given = brand.background_dark if dark else brand.background
    ground = Colour.parse(given or "#ffffff")
    towards = Colour(0, 0, 0) if dark else Colour(255, 255, 255)
    for step in range(_STEPS + 1):
        candidate = ground.mixed(towards, step / _STEPS)
        tried = brand.model_copy(update={field: candidate.hex})
        if all(pair.passes for pair in _both(tried) if pair.field == field):
            return candidate
    return towards
