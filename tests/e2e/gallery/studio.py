"""The studio of both companies, with its preview in every state."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.gallery.deeds import crowd
from tests.e2e.gallery.scene import BEN, CLEO, DAN, NOBODY, Act, Scene
from tests.e2e.gallery.world import World

_HOME, _BRAND, _PORTAL = "/studio/", "/studio/brand/", "/studio/portal/"
_SHOWN: Final = {
    "active": "Active",
    "trial": "Trial",
    "past_due": "Past due",
    "paused": "Paused",
    "ending": "Ending",
    "ended": "Ended",
    "empty": "No memberships",
    "error": "Error",
}


def _preview(label: str) -> Act:
    def shown(page: Page, world: World) -> None:
        look = page.locator(".preview-look")
        before = look.inner_text()
        page.get_by_label("Page", exact=True).select_option(label=label)
        expect(look).not_to_have_text(before, use_inner_text=True)

    return shown


def _desktop_and_dark(page: Page, world: World) -> None:
    page.get_by_role("button", name="Desktop").click()
    page.get_by_role("group", name="Theme").first.get_by_role("button", name="Dark").click()
    expect(page.locator(".preview-desktop .theme-dark")).to_be_visible()


def _unreadable(page: Page, world: World) -> None:
    page.get_by_role("textbox", name="Accent", exact=True).fill("#ffd400")
    page.get_by_role("textbox", name="Background", exact=True).focus()
    expect(page.get_by_text("Accent #ffd400 can't be used")).to_be_visible()


def _sold(world: World) -> str:
    return f"/studio/memberships/{world.portal.membership('canceled')['id']}/"


# Last of all: in the others, few buy from his company.
CROWD: Final = (Scene("studio-found-many", _HOME, DAN, lambda world: world.once(crowd)),)
SCENES: Final = (
    # Nobody of the gallery's own buys from his company: it looks the same whoever comes before.
    Scene("studio", _HOME, DAN, _HOME, whole=True),
    Scene("studio-found", _HOME, CLEO, f"{_HOME}?q=ben"),
    Scene("studio-nothing-found", _HOME, CLEO, f"{_HOME}?q=nobody-of-that-name"),
    Scene("studio-stranger", _HOME, BEN, _HOME),
    Scene("studio-membership", "/studio/memberships/{membership_id}/", CLEO, _sold),
    Scene("preview-link-over", "/preview/{preview_token}/", NOBODY, "/preview/nonsense/"),
    Scene("studio-brand", _BRAND, CLEO, _BRAND),
    Scene("studio-brand-of-another", _BRAND, DAN, _BRAND),
    Scene("studio-brand-unreadable", _BRAND, CLEO, _BRAND, _unreadable),
    Scene("studio-portal", _PORTAL, CLEO, _PORTAL),
    Scene("preview-desktop", _PORTAL, DAN, _PORTAL, _desktop_and_dark),
    *[
        Scene(f"preview-{state}", _PORTAL, CLEO, _PORTAL, _preview(label))
        for state, label in _SHOWN.items()
    ],
)
