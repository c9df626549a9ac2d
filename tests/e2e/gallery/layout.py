"""What lies, sticks out or is cut off where it should not, in every look of a loaded page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from portal_app.branding.repository import brands_of_files
from portal_app.branding.stylesheet import inline

SIZES: Final = {"phone": (375, 812), "desktop": (1280, 900)}
_SCRIPT: Final = Path(__file__).with_name("layout.js").read_text("utf-8")


def looks() -> dict[str, Any]:
    """Both themes, both directions, and the demo's two brands where the page wears one."""
    brands = [
        {"wordmark": brand.wordmark, "tokens": inline(brand)}
        for brand in brands_of_files().values()
    ]
    return {"themes": ["light", "dark"], "directions": ["ltr", "rtl"], "brands": brands}


def layout_faults(page: Page) -> list[str]:
    """On a phone and on a desktop; the page is left at the desktop's size."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{size}: {fault}" for fault in page.evaluate(_SCRIPT, looks())]
    return found
