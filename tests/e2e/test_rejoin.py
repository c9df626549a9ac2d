"""Joining again in a browser: the sum on the button, the bank where it asks, the same address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.e2e.test_cancel import opened
from tests.portal_server import Portal

Shoppers = Callable[..., Shopper]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bank_asks_and_it_goes_on_where_it_was(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers, scheme: Any
) -> None:
    someone = shopper(f"returner-{scheme}", card="pm_card_authenticationRequired")
    (manage,) = someone.manage_urls()
    size = {"width": 375, "height": 800}
    page = opened(portal, new_context, someone.email, viewport=size, color_scheme=scheme)
    someone.client.v1.subscriptions.cancel(someone.subscriptions[0])
    page.goto(manage)
    page.get_by_role("link", name="Join again").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Join Club 1 again")
    pay = page.get_by_role("button", name="Pay $19.00 and join again")
    expect(pay).to_be_enabled()
    assert [*faults(page), *wider_than_the_screen(page)] == []
    pay.click()
    bank = page.frame_locator("dialog iframe")
    bank.get_by_role("button", name="Approve").click()
    expect(heading).to_have_text("Welcome back to Club 1")
    assert [*faults(page), *wider_than_the_screen(page)] == []
    page.get_by_role("link", name="Back to your membership").click()
    expect(page).to_have_url(f"{portal.origin}{manage}")
    expect(page.get_by_role("main")).to_contain_text("Joined again")
    found = someone.client.v1.subscriptions.list({"customer": someone.cus, "status": "active"})
    assert len(found.data) == 1


def test_a_strangers_membership_is_not_found(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("owner-of-ended")
    someone.client.v1.subscriptions.cancel(someone.subscriptions[0])
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, "ben@example.com")
    page.goto(f"{manage}rejoin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("We can't find that membership")
