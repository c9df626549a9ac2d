"""Brands that nobody chose, of those that can be published."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from portal_app.branding.brand import Brand
from portal_app.branding.contrast_gate import unreadable
from portal_app.branding.shapes import Font, Radius
from tests.unit.branding.test_contrast_gate import some_brand

OWN_CSS: Final = ".card { border-width: 3px; border-radius: 0 } .card-title { font-size: 22px }"


def random_brands(count: int) -> Iterator[Brand]:
    """The same ones each time, with another font and shape each, some with own CSS."""
    chance = random.Random(11)  # noqa: S311 -- a fixed seed
    found = 0
    while found < count:
        brand = some_brand(chance)
        if unreadable(brand):
            continue
        font, radius = [*Font][-1 - found % len(Font)], [*Radius][found % len(Radius)]
        own = OWN_CSS if found % 2 else None
        yield brand.model_copy(update={"font": font, "radius": radius, "css": own})
        found += 1
