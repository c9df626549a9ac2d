"""A published brand, with its own CSS too, leaves the pages of its company easy to use.

The gallery puts ten brands on every page; here they come the way that creators bring them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portal_app.branding.brand import Brand
from tests.e2e.accessibility import faults
from tests.e2e.random_brands import random_brands
from tests.portal_server import Portal

COMPANY: Final = "biz_northwind"


def pages_of(portal: Portal) -> list[str]:
    manage = f"/billing/manage/{portal.membership('active')['member_id']}/"
    return [manage, f"{manage}cancel/", "/cancel/northwind/"]


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


@pytest.mark.parametrize("brand", [*random_brands(2)], ids=lambda brand: brand.accent)
def test_the_pages_of_a_brand_pass_axe(
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
