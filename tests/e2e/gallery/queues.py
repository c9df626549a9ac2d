"""What waits for a company in its studio: transfers to approve, declarations to decide."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.gallery.deeds import declared, waits_for_seller
from tests.e2e.gallery.scene import CLEO, DAN, Scene
from tests.e2e.gallery.world import World

_TRANSFERS, _DECLARATIONS = "/studio/transfers/", "/studio/declarations/"
_DECLINE: Final = "Decline the transfer of Club 1 from asker@shoppers.example"


def _unexplained(page: Page, world: World) -> None:
    page.get_by_text("Decline…").first.click()
    page.get_by_role("button", name=_DECLINE).click()
    expect(page.get_by_text("Say in a few words why not.")).to_be_visible()


def _without_reason(page: Page, world: World) -> None:
    page.get_by_text("Close it without a change").first.click()
    page.get_by_role("button", name="Close it", exact=True).first.click()
    expect(page.get_by_text("Say why, so that it can be looked up later.").last).to_be_visible()


def _asked(world: World) -> str:
    return world.once(waits_for_seller) and _TRANSFERS


def _declared(world: World) -> str:
    return world.once(declared)


# Before anybody has declared or offered anything.
EMPTY: Final = (
    Scene("studio-transfers-empty", _TRANSFERS, DAN, _TRANSFERS),
    Scene("studio-declarations-empty", _DECLARATIONS, DAN, _DECLARATIONS),
)
SCENES: Final = (
    Scene(
        "transfer-waits-for-seller",
        "/billing/manage/{member_id}/transfer/",
        "asker@shoppers.example",
        lambda world: world.once(waits_for_seller),
        dated=True,
    ),
    Scene(
        "studio-transfers",
        _TRANSFERS,
        CLEO,
        _asked,
        dated=True,
    ),
    Scene(
        "studio-transfers-unexplained",
        _TRANSFERS,
        CLEO,
        _asked,
        _unexplained,
        dated=True,
    ),
    Scene("studio-declarations", _DECLARATIONS, CLEO, _declared, dated=True),
    Scene("studio-declarations-wrong", _DECLARATIONS, CLEO, _declared, _without_reason, dated=True),
)
