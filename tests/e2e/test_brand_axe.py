"""No brand makes a page of its company hard to use: axe on each, in light and in dark.

Two brands and three pages here, ten brands and every page in `make soak`.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portal_app.branding.brand import Brand
from portal_app.branding.contrast_gate import unreadable
from portal_app.branding.shapes import Font, Radius
from tests.e2e.accessibility import faults
from tests.portal_server import Portal
from tests.unit.branding.test_contrast_gate import some_brand

SOAK: Final = bool(os.environ.get("PORTAL_SOAK"))
COMPANY: Final = "biz_northwind"
OWN_CSS: Final = ".card { border-width: 3px; border-radius: 0 } .card-title { font-size: 22px }"
STATES: Final = (
    *("active", "trialing", "past_due", "canceling"),
    *("paused", "completed", "canceled", "yearly"),
)
FLOWS: Final = {
    "active": ("cancel/", "pause/", "plan/", "payment-method/", "transfer/"),
    "past_due": ("pay/",),
    "canceled": ("rejoin/",),
}
STATUTORY: Final = ("/cancel/northwind/", "/withdraw/northwind/")


def brands(count: int) -> Iterator[Brand]:
    """Random ones that can be published, each with another font and shape, some with own CSS."""
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


def pages_of(portal: Portal) -> list[str]:
    manage = {
        state: f"/billing/manage/{portal.membership(state)['member_id']}/" for state in STATES
    }
    if not SOAK:
        return [manage["active"], f"{manage['active']}cancel/", STATUTORY[0]]
    flows = [f"{manage[state]}{flow}" for state, some in FLOWS.items() for flow in some]
    own = [one for one in (*manage.values(), *flows) if _is_ours(portal, one)]
    return [*own, *STATUTORY]


def _is_ours(portal: Portal, address: str) -> bool:
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
        found = connection.execute(
            "SELECT company_id FROM members JOIN memberships ON memberships.id = membership_id"
            " WHERE members.id = ?",
            (address.split("/")[3],),
        )
        return bool(found.fetchone() == (COMPANY,))


class Publisher:
    """Publishes as another process would, and takes all of it back."""

    def __init__(self, portal: Portal) -> None:
        self.path = portal.data_dir / "portal.db"

    def publish(self, body: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
            connection.execute(
                "INSERT INTO brand_versions (id, company_id, version, body, author_id, created_at)"
                " SELECT 'brnd_' || hex(randomblob(8)), ?, coalesce(max(version), 0) + 1, ?, '',"
                " strftime('%Y-%m-%d %H:%M:%f', 'now') FROM brand_versions WHERE company_id = ?",
                (COMPANY, body, COMPANY),
            )


@pytest.fixture
def publisher(portal: Portal) -> Iterator[Publisher]:
    publisher = Publisher(portal)
    yield publisher
    publisher.publish("{}")


@pytest.fixture
def pages(portal: Portal, new_context: Callable[..., BrowserContext]) -> dict[str, Page]:
    """Ada's, by theme."""
    cookies = [
        {"name": name, "value": value, "url": portal.origin}
        for name, value in portal.sign_in("ada@example.com").cookies.items()
    ]
    found = {}
    for theme in ("light", "dark"):
        context = new_context(color_scheme=theme, viewport={"width": 375, "height": 800})
        context.add_cookies(cookies)
        found[theme] = context.new_page()
    return found


@pytest.mark.parametrize("brand", [*brands(10 if SOAK else 2)], ids=lambda brand: brand.accent)
def test_every_page_of_a_brand_passes_axe(
    portal: Portal, publisher: Publisher, pages: dict[str, Page], brand: Brand
) -> None:
    publisher.publish(json.dumps(brand.model_dump(mode="json", exclude_none=True)))
    found = []
    for address in pages_of(portal):
        for theme, page in pages.items():
            _open(page, address, brand)
            found += [f"{theme} {address}: {fault}" for fault in faults(page)]
    assert found == []


def _open(page: Page, address: str, brand: Brand) -> None:
    """Wearing *brand*, which is a second away at most."""
    worn = "getComputedStyle(document.querySelector('.shell')).getPropertyValue('--accent')"
    for _ in range(20):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if brand.accent in page.evaluate(worn):
            break
        page.wait_for_timeout(200)
    else:
        raise AssertionError(f"{address} does not wear {brand.accent}")
    expect(page.locator(".skeleton")).to_have_count(0)
