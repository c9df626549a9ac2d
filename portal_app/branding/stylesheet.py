"""A brand as CSS: a stylesheet for the first load, a `style` for the page's wrapper."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from portal_app.branding.brand import Brand
from portal_app.branding.colour import Colour
from portal_app.branding.own_css import own_css
from portal_app.branding.tokens import colour_tokens, scale_tokens, shape_tokens

LAYERS: Final = "@layer tokens,base,components,creator;"


def render(brand: Brand, logo: dict[str, str] | None = None, text: str = "") -> str:
    """The stylesheet, at most 2 kB and what the company wrote itself (*text*).

    It sits in the layer that `portal.css` keeps for creators. `light-dark()` follows the
    `color-scheme` which that sheet sets for a chosen theme and for the system's.
    """
    tokens = inline(brand) | _both(brand, scale_tokens) | (logo or {})
    declared = ";".join(f"{name}:{value}" for name, value in tokens.items())
    own = own_css(text).css()
    return f"{LAYERS}@layer creator{{:root{{{declared}}}{own}}}\n"


def own_sheet(text: str, within: str) -> str:
    """What the company wrote itself (*text*), below a selector of ours."""
    return f"{LAYERS}@layer creator{{{own_css(text).css(within)}}}\n"


def version(css: str) -> str:
    """What `?v=` carries: it changes exactly when the stylesheet does."""
    return hashlib.sha256(css.encode()).hexdigest()[:16]


@lru_cache(maxsize=512)
def _inline(brand: Brand) -> tuple[tuple[str, str], ...]:
    return tuple((_both(brand, colour_tokens) | shape_tokens(brand)).items())


def inline(brand: Brand) -> dict[str, str]:
    """Custom properties for an element's `style`, where no media query is possible."""
    return dict(_inline(brand))


def _both(brand: Brand, tokens: Callable[..., dict[str, Colour]]) -> dict[str, str]:
    light, dark = tokens(brand, dark=False), tokens(brand, dark=True)
    return {name: f"light-dark({light[name].hex},{dark[name].hex})" for name in light}
