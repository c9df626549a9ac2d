"""A brand as CSS: a stylesheet for the first load, a `style` for the page's wrapper."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from portal_app.branding.tokens import DARK, LIGHT, Brand, colour_tokens, shape_tokens


def render(brand: Brand) -> str:
    """The stylesheet, at most 2 kB.

    It sits in the layer that `portal.css` keeps for creators, and repeats that sheet's two ways
    into the dark: a chosen theme, and the system's.
    """
    dark = _declarations(colour_tokens(brand, DARK))
    return (
        "@layer tokens,base,components,creator;@layer creator{"
        f":root{{{_declarations(colour_tokens(brand, LIGHT) | shape_tokens(brand))}}}"
        f':root.dark,:root[data-theme="dark"]{{{dark}}}'
        "@media(prefers-color-scheme:dark){"
        f':root:not(.light):not([data-theme="light"]){{{dark}}}}}}}\n'
    )


def version(css: str) -> str:
    """What `?v=` carries: it changes exactly when the stylesheet does."""
    return hashlib.sha256(css.encode()).hexdigest()[:16]


def inline(brand: Brand) -> dict[str, str]:
    """Custom properties for an element's `style`, where no media query is possible.

    `light-dark()` follows the `color-scheme` that `portal.css` sets for either theme.
    """
    light, dark = colour_tokens(brand, LIGHT), colour_tokens(brand, DARK)
    both = {name: f"light-dark({light[name]}, {dark[name]})" for name in light}
    return both | shape_tokens(brand)


def _declarations(tokens: Mapping[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in tokens.items())
