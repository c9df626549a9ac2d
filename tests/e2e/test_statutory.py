"""Cancelling and withdrawing without signing in and without JavaScript, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

NewContext = Callable[..., BrowserContext]
Shoppers = Callable[..., Shopper]
PHONE = {"width": 375, "height": 800}


def mail(portal: Portal, to: str, words: str, page: Page) -> str:
    for _ in range(100):
        for one in portal.mails(to):
            if words in one["subject"]:
                return one["text"]
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail with “{words}” has come")


def ends(shopper: Shopper) -> bool:
    return shopper.client.v1.subscriptions.retrieve(shopper.subscriptions[0]).cancel_at_period_end


def test_cancelled_without_javascript_and_taken_back_by_mail(
    portal: Portal, new_context: NewContext, shopper: Shoppers
) -> None:
    someone = shopper("statutory")
    portal.sign_in(someone.email)  # so that there is an address on file
    page = new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto("/login/")
    page.get_by_role("link", name="Cancel contracts here").click()
    page.get_by_role("link", name="Northwind Academy").click()
    expect(page.get_by_role("main")).to_contain_text("Northwind Academy")
    page.get_by_role("textbox", name="Your name").fill("Somebody")
    page.get_by_role("textbox", name="Email").fill(someone.email)
    page.get_by_role("textbox", name="Which contract").fill("my club")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your cancellation C-")
    expect(page.get_by_role("link", name="Open as PDF")).to_be_visible()
    reference = re.search(r"C-\w{4}-\w{4}", page.get_by_role("main").inner_text())
    assert reference is not None
    assert reference[0] in mail(portal, someone.email, "has arrived", page)
    words = mail(portal, someone.email, " ends on ", page).split()
    link = next(word for word in words if "/cancel/undo/" in word)
    page.goto(link)
    assert ends(someone)  # looking takes nothing back
    page.get_by_role("button", name="Keep my membership").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Taken back")
    assert not ends(someone)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_readable_on_a_phone(
    portal: Portal, new_context: NewContext, scheme: Any
) -> None:
    page = new_context(viewport=PHONE, color_scheme=scheme).new_page()
    for path in ("/cancel/", "/withdraw/", "/cancel/nobody/"):
        page.goto(path)
        assert [*faults(page), *wider_than_the_screen(page)] == [], path
    for path, button in (("/cancel/", "Cancel now"), ("/withdraw/", "Confirm withdrawal")):
        page.goto(path)
        page.get_by_role("link", name="Lumen Fitness").click()
        page.get_by_text("Which rules this page follows").click()
        assert [*faults(page), *wider_than_the_screen(page)] == [], path
        page.get_by_role("textbox", name="Your name").fill(" ")
        page.get_by_role("textbox", name="Email").fill(f"zoe-{scheme}@example.com")
        page.get_by_role("textbox", name="Which contract").fill("A" * 200)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was sent yet.")
        assert [*faults(page), *wider_than_the_screen(page)] == [], path
        page.get_by_role("textbox", name="Your name").fill("Zoe")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("link", name="Open as PDF")).to_be_visible()
        assert [*faults(page), *wider_than_the_screen(page)] == [], path


def test_a_cancellation_in_the_account_has_its_confirmation(
    portal: Portal, new_context: NewContext, shopper: Shoppers
) -> None:
    someone = shopper("confirmed")
    (manage,) = someone.manage_urls()
    context = new_context()
    cookies = portal.sign_in(someone.email).cookies.items()
    context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    page = context.new_page()
    page.goto(f"{manage}cancel/")
    page.get_by_role("button", name="Cancel membership").click()
    link = page.get_by_role("link", name="Download confirmation")
    expect(link).to_be_visible()
    pdf = context.request.get(str(link.get_attribute("href")))
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.body().startswith(b"%PDF")
