"""What is wrong with the page on screen: by axe, and by its width."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal_app.branding.brand import Brand
from tests.e2e.gallery.looks import in_every_look

_OPTIONS: Final = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
# What is halfway between two looks is not what anybody reads.
_AXE: Final = f"""(() => {{
  const still = new CSSStyleSheet();
  still.replaceSync('*, ::before, ::after {{ transition: none !important }}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  return async () => (await axe.run(document, {json.dumps(_OPTIONS)})).violations
    .map(({{ id, nodes }}) => `${{id}}: ${{nodes[0].html.slice(0, 160)}}`);
}})()"""
# Elements of the page's text whose content is wider than they are: it lies over its neighbour.
_OVERLAPPING = """
[...document.querySelectorAll('main dt, main dd, main p, main td, main h1, main h2, main h3')]
  .filter((one) => getComputedStyle(one).display !== 'inline')
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.tagName} “${one.textContent}” is too wide`)
"""


def faults(page: Page) -> list[str]:
    """What axe finds, WCAG 2.2 AA and its best practices; transitions are waited for."""
    page.wait_for_timeout(200)
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def faults_in(page: Page, brands: Iterable[Brand], *, loading: bool) -> list[str]:
    """What axe finds in light and in dark, also in each of *brands* where the page wears one.

    A page that is *loading* has no heading yet.
    """
    page.evaluate(Axe().axe_script)
    found = in_every_look(page, _AXE, brands)
    return [one for one in found if not (loading and one.startswith("page-has-heading-one"))]


def wider_than_the_screen(page: Page) -> list[str]:
    """The page itself, if it scrolls sideways, and texts that don't fit their place."""
    wide: list[str] = page.evaluate(_OVERLAPPING)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wide.append("the page scrolls sideways")
    return wide
