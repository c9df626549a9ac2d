"""A creator changes the look and how cancelling works; a customer sees both, and then neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.portal_server import Portal

NORTHWIND = "?company=biz_northwind"
ACCENT = "#7c3aed"
# Open pages look once a second; the rest is the way there and back, on a busy machine.
AT_MOST_MS = 3_000
PUBLISHED = re.compile(rf"light-dark\({ACCENT},")


@pytest.fixture
def opened(portal: Portal, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    def page_of(email: str, **options: Any) -> Page:
        context = new_context(**options)
        cookies = portal.sign_in(email).cookies.items()
        context.add_cookies(
            [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
        )
        return context.new_page()

    return page_of


@pytest.fixture
def cleo(opened: Callable[..., Page]) -> Iterator[Page]:
    """On a phone; what she published is taken back whatever happens."""
    page = opened("cleo@example.com", viewport={"width": 375, "height": 800})
    yield page
    for room in ("brand", "portal"):
        page.goto(f"/studio/{room}/{NORTHWIND}")
        page.get_by_role("button", name="Publish").wait_for()
        first = page.get_by_role("button", name="Roll back to As it came")
        if first.is_visible():
            first.click()
            expect(page.get_by_role("status").filter(has_text="Published")).to_be_visible()


def test_what_a_creator_publishes_customers_see_until_it_is_rolled_back(
    portal: Portal, cleo: Page, opened: Callable[..., Page]
) -> None:
    ada = opened("ada@example.com")
    manage = portal.membership("active")["manage_url"]
    ada.goto(manage)
    shell = ada.locator(".shell")
    expect(ada.get_by_role("heading", name="Overview")).to_be_visible()
    expect(shell).not_to_have_css("--accent", PUBLISHED)

    cleo.goto(f"/studio/brand/{NORTHWIND}")
    cleo.get_by_role("textbox", name="Accent", exact=True).fill(ACCENT)
    cleo.get_by_role("textbox", name="Accent in dark").focus()
    look = cleo.locator(".preview-look")
    expect(look).to_have_css("--accent", PUBLISHED)
    assert [*faults(cleo), *wider_than_the_screen(cleo)] == []
    cleo.get_by_role("button", name="Publish").click()
    expect(shell).to_have_css("--accent", PUBLISHED, timeout=AT_MOST_MS)

    cleo.goto(f"/studio/portal/{NORTHWIND}")
    cleo.get_by_label("It ends right away instead").check()
    expect(look).to_contain_text("It ends right away, and nothing more is charged.")
    expect(cleo.get_by_label("Customers can cancel")).to_be_disabled()
    assert [*faults(cleo), *wider_than_the_screen(cleo)] == []
    cleo.get_by_role("button", name="Publish").click()
    expect(cleo.get_by_role("status").filter(has_text="Published")).to_be_visible()
    ada.goto(f"{manage}cancel/")
    said = ada.get_by_role("main")
    expect(said).to_contain_text("It ends right away")

    cleo.get_by_role("button", name="Roll back to As it came").click()
    expect(said).to_contain_text("You keep access until", timeout=AT_MOST_MS)
    cleo.goto(f"/studio/brand/{NORTHWIND}")
    cleo.get_by_role("button", name="Roll back to As it came").click()
    expect(shell).not_to_have_css("--accent", PUBLISHED, timeout=AT_MOST_MS)


def test_a_colour_that_can_not_be_read_is_mended_with_one_press(cleo: Page) -> None:
    cleo.goto(f"/studio/brand/{NORTHWIND}")
    cleo.get_by_role("textbox", name="Accent", exact=True).fill("#ffd400")
    cleo.get_by_role("textbox", name="Background", exact=True).focus()
    expect(cleo.get_by_text("Accent can't be read")).to_be_visible()
    expect(cleo.get_by_role("button", name="Publish")).to_be_disabled()
    cleo.get_by_role("button", name="Use #").click()
    expect(cleo.get_by_role("button", name="Publish")).to_be_enabled()


@pytest.mark.parametrize("room", ["", "brand/", "portal/", "transfers/"])
def test_other_creators_and_customers_find_no_page(opened: Callable[..., Page], room: str) -> None:
    for email in ("dan@example.com", "ben@example.com"):
        page = opened(email)
        page.goto(f"/studio/{room}{NORTHWIND}")
        expect(page.get_by_role("heading", name="We can't find that page")).to_be_visible()
        assert "Northwind" not in page.content()
