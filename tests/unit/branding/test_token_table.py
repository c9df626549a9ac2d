"""The tables of docs/theming.md are of the stylesheet and the lists as they are.

`PORTAL_WRITE_GOLDEN=1` writes them anew; the difference then belongs into the change log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.branding.brand import Brand
from portal_app.branding.own_classes import CLASSES
from portal_app.branding.own_values import PROPERTIES
from portal_app.branding.tokens import colour_tokens, scale_tokens, shape_tokens

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs" / "theming.md"
CSS = (ROOT / "assets" / "portal.css").read_text("utf-8")
SCALES = {
    (1, 2): "backgrounds",
    (3, 4, 5): "parts: at rest, hovered, pressed",
    (6, 7, 8): "lines",
    (9, 10): "solid, and hovered",
    (11, 12): "text",
}
WHOLE = Brand(wordmark="Any", accent="#0f766e", background="#ffffff")


def declared(selector: str) -> dict[str, str]:
    block = CSS.split(selector, 1)[1].split("{", 1)[1].split("}", 1)[0]
    found = re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", block)
    return {name: " ".join(value.split()) for name, value in found}


def tokens() -> Iterator[str]:
    light, dark = declared(".theme-light,"), declared(".theme-dark,")
    decided = {*colour_tokens(WHOLE, dark=False), *shape_tokens(WHOLE)}
    yield "| token | light | dark | by the brand |"
    yield "|---|---|---|---|"
    for name, value in light.items():
        brand = "yes" if name in decided else ""
        yield f"| `{name}` | `{value}` | `{dark.get(name, value)}` | {brand} |"
    scales = set(scale_tokens(WHOLE, dark=False))
    for steps, what in SCALES.items():
        names = [f"--{scale}-{step}" for scale in ("accent", "gray") for step in steps]
        assert scales.issuperset(names)
        scales -= set(names)
        yield f"| {', '.join(f'`{name}`' for name in names)} | {what} | {what} | yes |"
    assert not scales


def classes() -> Iterator[str]:
    yield "| class | what |"
    yield "|---|---|"
    yield from (f"| `{name}` | {what} |" for name, what in CLASSES.items())


def properties() -> Iterator[str]:
    yield "| property | values |"
    yield "|---|---|"
    for name, known in PROPERTIES.items():
        more = f" Up to {known.parts} of them." if known.parts > 1 else ""
        yield f"| `{name}` | {known.allowed}{more} |"


@pytest.mark.parametrize("table", [tokens, classes, properties], ids=lambda one: one.__name__)
def test_the_documented_api_is_the_real_one(table: object) -> None:
    assert callable(table)
    name, written = table.__name__, "\n".join(table())
    text = DOCS.read_text("utf-8")
    start = re.search(rf"<!-- {name}: [^>]*-->\n", text)
    assert start
    end = text.index("<!-- end -->", start.end())
    if os.environ.get("PORTAL_WRITE_GOLDEN"):
        DOCS.write_text(f"{text[: start.end()]}{written}\n{text[end:]}", "utf-8")
        return
    assert text[start.end() : end].strip() == written
