"""What lies, sticks out or is cut off where it should not, in every look of a loaded page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from portal_app.branding.repository import brands_of_files
from tests.e2e.gallery.looks import in_every_look

SIZES: Final = {"phone": (375, 812), "desktop": (1280, 900)}
_WEAR: Final = """(theme) => {
  const root = document.documentElement;
  root.classList.remove('light', 'dark');
  root.classList.add(theme);
  root.dataset.theme = theme;
  // Colours of a company follow it.
  root.style.colorScheme = theme;
}"""
_SCRIPT: Final = Path(__file__).with_name("layout.js").read_text("utf-8")


def layout_faults(page: Page, *, shots: Path | None = None) -> list[str]:
    """On a phone and on a desktop; the page is left at the desktop's size.

    *shots* is where pictures of it go, by their name without the look and `.png`.
    """
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{size}: {fault}" for fault in _in_every_look(page)]
        if shots:
            _shoot(page, shots.with_name(f"{shots.name}-{size}"))
    return found


def _in_every_look(page: Page) -> list[str]:
    """Both themes, both directions, and the demo's two brands where the page wears one."""
    brands = brands_of_files().values()
    return in_every_look(page, _SCRIPT, brands, directions=("ltr", "rtl"))


def _shoot(page: Page, path: Path) -> None:
    for theme in ("light", "dark"):
        page.evaluate(_WEAR, theme)
        picture = path.with_name(f"{path.name}-{theme}.png")
        page.screenshot(path=picture, full_page=True, animations="disabled")
    page.evaluate(_WEAR, "light")
