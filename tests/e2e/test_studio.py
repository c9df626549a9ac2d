"""A creator changes the look and how cancelling works; a customer sees both, and then neither."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from portal_app.branding.shapes import BUNDLED, Font
from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.portal_server import Portal

OWN_SPACING = "2px"  # 0.1em of 20 px
NORTHWIND = "?company=biz_northwind"
ACCENT = "#7c3aed"
# A commit of the portal's own wakes them at once; the rest is the way there and back, on a busy
# machine.
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
    cleo.get_by_label("Memberships end right away").check()
    help_desk = cleo.get_by_label("Whom customers ask for help")
    help_desk.fill("not an address")
    help_desk.blur()
    expect(cleo.get_by_text("Enter an email address, or").first).to_be_visible()
    expect(help_desk).to_have_value("not an address")
    help_desk.fill("desk@northwind.example")
    help_desk.blur()
    expect(look.get_by_text("Support")).to_be_attached()
    expect(look).to_contain_text("It ends right away, and nothing more is charged.")
    expect(cleo.get_by_label("Customers can cancel")).to_be_disabled()
    assert [*faults(cleo), *wider_than_the_screen(cleo)] == []
    cleo.get_by_role("button", name="Publish").click()
    desk = ada.get_by_role("link", name="Support")
    expect(desk).to_have_attribute("href", "mailto:desk@northwind.example", timeout=AT_MOST_MS)
    expect(cleo.get_by_role("status").filter(has_text="Published")).to_be_visible()
    for flow in ("plan/", "pause/", "payment-method/", "cancel/"):
        ada.goto(f"{manage}{flow}")
        expect(desk).to_be_visible()
    said = ada.get_by_role("main")
    expect(said).to_contain_text("It ends right away")

    cleo.get_by_role("button", name="Roll back to As it came").click()
    expect(said).to_contain_text("You keep access until", timeout=AT_MOST_MS)
    cleo.goto(f"/studio/brand/{NORTHWIND}")
    cleo.get_by_role("button", name="Roll back to As it came").click()
    expect(shell).not_to_have_css("--accent", PUBLISHED, timeout=AT_MOST_MS)


def test_a_draft_is_shared_and_a_font_own_css_and_one_products_setting_reach_customers(
    portal: Portal,
    cleo: Page,
    opened: Callable[..., Page],
    new_context: Callable[..., BrowserContext],
) -> None:
    """All that goes beyond colours, from the draft that a link shows to the customer's page."""
    ada = opened("ada@example.com")
    manage = portal.membership("active")["manage_url"]
    ada.goto(manage)
    title = ada.locator(".card-title").first
    expect(title).not_to_have_css("letter-spacing", OWN_SPACING)

    cleo.goto(f"/studio/brand/{NORTHWIND}")
    cleo.get_by_label("Font", exact=True).select_option("Inter")
    look = cleo.locator(".preview-look")
    expect(look).to_have_css("font-family", re.compile('^"Inter Variable"'))
    cleo.get_by_label("Your own CSS").fill(
        ".card-title { letter-spacing: 0.1em; font-size: 20px }\n.footer { display: none }"
    )
    cleo.get_by_role("button", name="Save draft").click()
    expect(cleo.get_by_text("Line 2")).to_be_visible()
    cleo.get_by_role("button", name="Create a preview link").click()
    link = cleo.get_by_label("Preview link").first.input_value()
    strangers = new_context(viewport={"width": 375, "height": 800})
    stranger = strangers.new_page()
    stranger.goto(link)
    shared = stranger.locator(".preview-look .card-title").first
    expect(shared).to_have_css("letter-spacing", OWN_SPACING)
    assert "Ada" not in stranger.content()
    cleo.get_by_role("button", name="Revoke").first.click()
    later = strangers.new_page()
    later.goto(link)
    expect(later.get_by_role("heading", name="This link doesn't work any more")).to_be_visible()

    cleo.get_by_role("button", name="Publish").click()
    expect(title).to_have_css("letter-spacing", OWN_SPACING, timeout=AT_MOST_MS)
    ada.reload()
    expect(title).to_have_css("letter-spacing", OWN_SPACING)
    assert ada.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px Inter Variable'))"
    )
    files = "performance.getEntriesByType('resource').map((one) => one.name)"
    fonts = [one for one in ada.evaluate(files) if "/fonts/" in one]
    assert [one.removeprefix(portal.origin) for one in fonts] == [BUNDLED[Font.INTER]]

    cleo.goto(f"/studio/portal/{NORTHWIND}")
    cleo.get_by_label("Settings of").select_option("Trading Room")
    cleo.get_by_label("Memberships end right away").check()
    expect(cleo.get_by_text("Differs", exact=True)).to_be_visible()
    cleo.get_by_role("button", name="Publish").click()
    expect(cleo.get_by_role("status").filter(has_text="Published")).to_be_visible()
    said = ada.get_by_role("main")
    ada.goto(f"{manage}cancel/")
    expect(said).to_contain_text("It ends right away")
    # Of another product of the same company.
    ada.goto(f"{portal.membership('trialing')['manage_url']}cancel/")
    expect(ada.get_by_role("button", name="Cancel membership")).to_be_visible()
    expect(said).not_to_contain_text("It ends right away")


def test_a_colour_that_can_not_be_read_is_mended_with_one_press(cleo: Page) -> None:
    cleo.goto(f"/studio/brand/{NORTHWIND}")
    cleo.get_by_role("textbox", name="Accent", exact=True).fill("#ffd400")
    cleo.get_by_role("textbox", name="Background", exact=True).focus()
    expect(cleo.get_by_text("can't be used")).to_be_visible()
    expect(cleo.get_by_role("button", name="Publish")).to_be_disabled()
    cleo.get_by_role("button", name="Use #").click()
    expect(cleo.get_by_role("button", name="Publish")).to_be_enabled()


def test_a_logo_is_uploaded_and_nothing_that_was_typed_is_lost(cleo: Page) -> None:
    cleo.goto(f"/studio/brand/{NORTHWIND}")
    name = cleo.get_by_role("textbox", name="Name", exact=True)
    name.fill("Typed and not saved")
    # Pressed while the cursor is still in the field.
    cleo.get_by_role("button", name="Upload Logo", exact=True).click()
    lettering = io.BytesIO()
    Image.new("RGB", (1600, 100), "#0f766e").save(lettering, "PNG")
    file = cleo.get_by_label("Picture", exact=True)
    expect(file).to_be_focused()
    expect(name).to_have_count(0)
    assert [*faults(cleo), *wider_than_the_screen(cleo)] == []
    file.set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": lettering.getvalue()})
    cleo.get_by_role("button", name="Upload Logo", exact=True).click()
    expect(cleo.get_by_role("img", name="Logo", exact=True)).to_be_visible()
    expect(name).to_have_value("Typed and not saved")
    assert [*faults(cleo), *wider_than_the_screen(cleo)] == []
    cleo.get_by_role("button", name="Discard draft").click()
    expect(cleo.get_by_role("img", name="Logo", exact=True)).to_have_count(0)


@pytest.mark.parametrize("room", ["", "brand/", "portal/", "transfers/"])
def test_other_creators_and_customers_find_no_page(opened: Callable[..., Page], room: str) -> None:
    for email in ("dan@example.com", "ben@example.com"):
        page = opened(email)
        page.goto(f"/studio/{room}{NORTHWIND}")
        expect(page.get_by_role("heading", name="We can't find that page")).to_be_visible()
        assert "Northwind" not in page.content()
