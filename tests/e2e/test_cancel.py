"""Cancelling in a browser: few presses, nothing hidden, and the way back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

Shoppers = Callable[..., Shopper]
STYLE = """
(element) => {
  const { color, backgroundColor, fontSize, fontWeight, opacity } = getComputedStyle(element);
  const { height } = element.getBoundingClientRect();
  return [color, backgroundColor, fontSize, fontWeight, opacity, height];
}
"""


def opened(
    portal: Portal, new_context: Callable[..., BrowserContext], email: str, **options: Any
) -> Page:
    context = new_context(**options)
    cookies = portal.sign_in(email).cookies.items()
    context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    return context.new_page()


def status(shopper: Shopper) -> tuple[str, bool]:
    sub = shopper.client.v1.subscriptions.retrieve(shopper.subscriptions[0])
    return sub.status, sub.cancel_at_period_end


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_presses_from_the_membership_and_one_back(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers, scheme: Any
) -> None:
    """At most three are allowed from here; a link in a mail needs one less."""
    someone = shopper(f"leaver-{scheme}")
    (manage,) = someone.manage_urls()
    size = {"width": 375, "height": 800}
    page = opened(portal, new_context, someone.email, viewport=size, color_scheme=scheme)
    page.goto(manage)
    page.get_by_role("link", name="Cancel membership").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Cancel Club 1?")
    first = page.get_by_role("main").locator(".lead").first
    expect(first).to_contain_text("Your trial goes on until ")
    assert [*faults(page), *wider_than_the_screen(page)] == []
    page.get_by_role("button", name="Cancel membership").click()
    expect(heading).to_have_text("Club 1 is cancelled")
    expect(page.get_by_role("status").filter(has_text="Club 1 is cancelled")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("C-")
    assert [*faults(page), *wider_than_the_screen(page)] == []
    assert status(someone) == ("trialing", True)
    page.reload()
    expect(heading).to_have_text("Club 1 is cancelled")
    page.get_by_role("button", name="Keep my membership").click()
    expect(page.get_by_role("status").filter(has_text="Your membership goes on.")).to_be_visible()
    expect(page).to_have_url(f"{portal.origin}{manage}")
    assert status(someone) == ("trialing", False)


def test_the_way_out_is_as_large_and_as_dark_as_its_neighbours(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("measurer")
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, someone.email)
    page.goto(manage)
    way_out = page.get_by_role("link", name="Cancel membership")
    other = page.get_by_role("link", name="Update payment method")
    assert way_out.evaluate(STYLE) == other.evaluate(STYLE)
    # In no submenu: nothing around it has to be opened first.
    assert way_out.locator("xpath=ancestor::details | ancestor::dialog").count() == 0


def test_what_is_offered_comes_after_the_button_and_is_no_larger(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("bargainer")
    coupon = someone.client.v1.coupons.create({"percent_off": 20, "duration": "forever"}).id
    offer_discount(someone, {"coupon": coupon, "percent_off": 20, "months": None})
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, someone.email, viewport={"width": 375, "height": 800})
    page.goto(f"{manage}cancel/")
    offer = page.get_by_role("button", name="Stay with 20% off")
    way_out = page.get_by_role("button", name="Cancel membership")
    here, there = way_out.bounding_box(), offer.bounding_box()
    assert here
    assert there
    assert here["y"] < there["y"]
    assert (there["width"], there["height"]) <= (here["width"], here["height"])
    assert faults(page) == []
    offer.click()
    expect(page.get_by_role("status").filter(has_text="You stay with 20% off.")).to_be_visible()
    expect(page).to_have_url(f"{portal.origin}{manage}")
    assert status(someone) == ("trialing", False)
    sub = someone.client.v1.subscriptions.retrieve(someone.subscriptions[0])
    assert len(sub.discounts) == 1


def offer_discount(someone: Shopper, discount: dict[str, Any]) -> None:
    """As the company would publish it, beside what it has published before."""
    with closing(sqlite3.connect(someone.portal.data_dir / "portal.db")) as connection, connection:
        ((plan, company),) = someone.rows(
            "SELECT plan_id, company_id FROM memberships JOIN customers ON customers.id ="
            " customer_id WHERE stripe_customer_id = :cus"
        )
        rows = connection.execute(
            "SELECT version, body, created_at FROM portal_configurations WHERE company_id = ?"
            " ORDER BY version",
            (company,),
        ).fetchall()
        version, body = (rows[-1][0], json.loads(rows[-1][1])) if rows else (0, {})
        body.setdefault("cancel", {}).setdefault("discounts", {})[plan] = discount
        ((created,),) = connection.execute("SELECT MIN(created_at) FROM companies").fetchall()
        connection.execute(
            "INSERT INTO portal_configurations"
            " (id, company_id, version, body, created_at, author_id) VALUES (?, ?, ?, ?, ?, '')",
            (f"pcfg_{plan}", company, version + 1, json.dumps(body), created),
        )


def test_with_the_keyboard_alone_and_a_reason(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("typist")
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, someone.email)
    page.goto(f"{manage}cancel/")
    page.get_by_text("Tell us why (optional)").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="It is too expensive")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Bye")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Cancel membership")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Club 1 is cancelled")
    sub = someone.client.v1.subscriptions.retrieve(someone.subscriptions[0])
    why = sub.cancellation_details
    assert why
    assert (why.feedback, why.comment) == ("too_expensive", "Bye")


def test_a_strangers_membership_is_not_found(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("owner-of-it")
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, "ben@example.com")
    for path in ("cancel/", "undo/"):
        page.goto(f"{manage}{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text("We can't find that membership")
        assert faults(page) == []
    assert status(someone) == ("trialing", False)
