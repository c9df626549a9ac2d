"""Asking one question of a loaded page in every look that it can have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from portal_app.branding.brand import Brand
from portal_app.branding.stylesheet import inline, render

_LOOKS: Final = Path(__file__).with_name("looks.js").read_text("utf-8")


def in_every_look(
    page: Page, question: str, brands: Iterable[Brand], *, directions: tuple[str, ...] = ("ltr",)
) -> list[str]:
    """The faults that *question* finds, each with the looks in which it does; light and dark.

    *question* is a script: a function that answers with a list of texts or promises one. *brands*
    are put on where the page wears one, with the CSS that their companies wrote.
    """
    worn = [
        {
            "name": brand.accent,
            "wordmark": brand.wordmark,
            "tokens": inline(brand),
            "sheet": render(brand, text=brand.css or ""),
        }
        for brand in brands
    ]
    looks = {"themes": ["light", "dark"], "directions": directions, "brands": worn}
    found: list[str] = page.evaluate(f"(looks) => ({_LOOKS})(looks, {question})", looks)
    return found
