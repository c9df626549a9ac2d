"""Billing details and recipients of receipts, in a browser: keyboard, phone, errors, no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

NewContext = Callable[..., BrowserContext]
MakeShopper = Callable[..., Shopper]
PATH = "/billing/details/"
PHONE = {"width": 375, "height": 700}


def opened(portal: Portal, new_context: NewContext, email: str, **options: Any) -> Page:
    """The page of somebody who is signed in."""
    context = new_context(**options)
    cookies = portal.sign_in(email).cookies.items()
    context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    page = context.new_page()
    page.goto(PATH)
    expect(page.get_by_role("heading", name="Billing details", level=1)).to_be_visible()
    return page


def test_a_company_fills_it_in_by_keyboard_alone(
    portal: Portal, new_context: NewContext, shopper: MakeShopper
) -> None:
    one = shopper("engines")
    page = opened(portal, new_context, one.email)
    page.get_by_role("radio", name="A person").focus()
    page.keyboard.press("ArrowDown")
    company = page.get_by_role("textbox", name="Company name")
    expect(company).to_be_visible()
    company.focus()
    page.keyboard.type("Analytical Engines GmbH")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Country")).to_be_focused()
    page.get_by_role("combobox", name="Country").select_option("DE")
    expect(page.get_by_role("textbox", name="Postal code")).to_be_visible()
    page.keyboard.press("Tab")
    for typed in ("Torstraße 1", "", "10119", "Berlin"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add a tax ID")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Number", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Number", exact=True).focus()
    page.keyboard.type("DE 136 695 976")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.get_by_text("VAT number (EU): DE136695976")).to_be_visible()
    expect(page.get_by_text("Being checked")).to_be_visible()
    expect(company).to_have_value("Analytical Engines GmbH")
    assert faults(page) == []
    found = one.client.v1.customers.retrieve(one.cus, {"expand": ["tax_ids"]})
    assert found.address is not None
    assert (found.name, found.address.city) == ("Analytical Engines GmbH", "Berlin")
    page.get_by_role("button", name="Save details").click()
    expect(page.get_by_role("status").filter(has_text="Nothing has changed.")).to_be_visible()


def test_what_is_wrong_leads_to_the_field_and_keeps_what_was_typed(
    portal: Portal, new_context: NewContext, shopper: MakeShopper
) -> None:
    page = opened(portal, new_context, shopper("wrong").email)
    page.get_by_role("textbox", name="Full name").fill("")
    page.get_by_role("combobox", name="Country").select_option("DE")
    page.get_by_role("textbox", name="City").fill("Berlin")
    page.get_by_role("textbox", name="Postal code").fill("1011")
    page.get_by_role("button", name="Save details").click()
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_be_focused()
    expect(page.get_by_role("textbox", name="City")).to_have_value("Berlin")
    expect(page.get_by_role("textbox", name="Postal code")).to_have_value("1011")
    assert faults(page) == []
    page.get_by_role("link", name="Street and number is missing.").click()
    expect(page.get_by_role("textbox", name="Street and number")).to_be_focused()
    expect(page.get_by_role("textbox", name="City")).to_have_value("Berlin")
    page.get_by_role("combobox", name="Country").select_option("US")
    expect(page.get_by_role("combobox", name="State")).to_be_visible()
    expect(page.get_by_role("textbox", name="City")).to_have_value("Berlin")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(portal: Portal, new_context: NewContext, scheme: Any) -> None:
    """Somebody with several purchases, and somebody with none."""
    options: dict[str, Any] = {"viewport": PHONE, "color_scheme": scheme}
    page = opened(portal, new_context, "ada@example.com", **options)
    expect(page.get_by_role("combobox", name="Applies to")).to_be_visible()
    page.get_by_role("radio", name="A company").check()
    page.get_by_role("combobox", name="Country").select_option("BR")
    page.get_by_role("button", name="Add a tax ID").click()
    expect(page.get_by_role("combobox", name="Kind of tax ID")).to_be_visible()
    page.get_by_role("button", name="Save details").click()
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
    assert (faults(page), wider_than_the_screen(page)) == ([], [])
    page = opened(portal, new_context, "eve@example.com", **options)
    expect(page.get_by_text("There is nothing to invoice yet")).to_be_visible()
    assert (faults(page), wider_than_the_screen(page)) == ([], [])


def test_an_accountant_agrees_and_stops_without_javascript(
    portal: Portal, new_context: NewContext, shopper: MakeShopper
) -> None:
    one = shopper("accounts")
    page = opened(portal, new_context, one.email)
    books = "books@accountants.example"
    field = page.get_by_role("textbox", name="Email of your accountant")
    field.fill("books@")
    page.get_by_role("button", name="Add recipient").click()
    expect(page.get_by_text("Enter an email address, like")).to_be_visible()
    expect(field).to_be_focused()
    field.fill(books)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for confirmation")).to_be_visible()
    assert faults(page) == []
    words = _mail(portal, books, page)["text"].split()
    link = next(word for word in words if "/recipients/" in word)
    for scheme in ("light", "dark"):
        theirs = new_context(java_script_enabled=False, viewport=PHONE, color_scheme=scheme)
        reader = theirs.new_page()
        reader.goto(link)
        expect(reader.get_by_text(f"{one.email} wants receipts")).to_be_visible()
    expect(page.get_by_text("Waiting for confirmation")).to_be_visible()  # looking is not agreeing
    reader.get_by_role("button", name="Send me the receipts").click()
    expect(reader.get_by_role("heading", name="You get the receipts")).to_be_visible()
    expect(page.get_by_text("Gets your receipts")).to_be_visible()  # pushed
    reader.get_by_role("link", name="Stop the receipts").click()
    reader.get_by_role("button", name="Stop the receipts").click()
    expect(reader.get_by_role("heading", name="No more receipts")).to_be_visible()
    expect(page.get_by_text(books, exact=True)).to_be_hidden()
    reader.goto(link)
    expect(reader.get_by_role("heading", name="This link doesn't work")).to_be_visible()


def _mail(portal: Portal, to: str, page: Page) -> Any:
    for _ in range(50):
        if mails := portal.mails(to):
            return mails[0]
        page.wait_for_timeout(100)
    raise AssertionError("no mail has come")
