"""The billing history in a browser: filters and back, documents, keyboard, phone, live entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.portal_server import Portal

HISTORY = "/billing/history/"
NewContext = Callable[..., BrowserContext]


def signed_in(portal: Portal, context: BrowserContext, email: str = "ada@example.com") -> Page:
    cookies = portal.sign_in(email).cookies.items()
    context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    return context.new_page()


@pytest.fixture
def adas(portal: Portal, new_context: NewContext) -> Page:
    return signed_in(portal, new_context(viewport={"width": 1280, "height": 900}))


def rows(page: Page) -> Any:
    return page.get_by_role("table", name="Invoices and payments").get_by_role("row")


def test_the_menu_leads_there_and_an_entry_to_its_page(adas: Page) -> None:
    adas.goto("/orders/")
    adas.get_by_role("button", name="Profile").click()
    adas.get_by_role("link", name="Billing history").click()
    expect(adas).to_have_url(HISTORY)
    expect(rows(adas)).to_have_count(21)
    number = rows(adas).nth(1).get_by_role("cell").nth(2).inner_text().split()[-1]
    expect(adas.get_by_role("link", name=f"Invoice {number}")).to_be_visible()
    expect(adas.get_by_role("link", name=f"Receipt R-{number}")).to_be_visible()
    rows(adas).nth(1).get_by_role("link").first.click()
    expect(adas.get_by_role("heading", level=1)).to_contain_text("Invoice ")
    expect(adas.get_by_role("heading", name="Explain this charge")).to_be_visible()
    adas.get_by_role("link", name="Billing history").first.click()
    expect(rows(adas)).to_have_count(21)


def test_filters_are_addresses_and_back_undoes_them(adas: Page) -> None:
    adas.goto(HISTORY)
    adas.get_by_label("Status").select_option("past_due")
    expect(adas).to_have_url(f"{HISTORY}?status=past_due")
    expect(rows(adas)).to_have_count(2)
    expect(rows(adas).nth(1)).to_contain_text("Past due")
    expect(adas.get_by_label("Status")).to_be_focused()
    adas.get_by_label("Year").select_option("2024")
    expect(adas.get_by_text("Nothing fits these filters.")).to_be_visible()
    adas.go_back()
    expect(adas.get_by_label("Year")).to_have_value("")
    expect(rows(adas)).to_have_count(2)
    adas.go_back()
    expect(adas).to_have_url(HISTORY)
    expect(adas.get_by_label("Status")).to_have_value("")
    expect(rows(adas)).to_have_count(21)
    adas.goto(f"{HISTORY}?year=2024")
    expect(adas.get_by_label("Year")).to_have_value("2024")
    expect(rows(adas).nth(1)).to_contain_text("2024")
    adas.get_by_role("link", name="Clear filters").click()
    expect(adas).to_have_url(HISTORY)


def test_pages_go_down_and_up_again(adas: Page) -> None:
    adas.goto(HISTORY)
    first = rows(adas).nth(1).inner_text()
    adas.get_by_role("link", name="Older").click()
    expect(adas.get_by_role("link", name="Newer")).to_be_visible()
    assert rows(adas).nth(1).inner_text() != first
    adas.get_by_role("link", name="Newer").click()
    expect(adas.get_by_role("link", name="Newer")).to_have_count(0)
    assert rows(adas).nth(1).inner_text() == first


def test_a_part_of_a_number_is_searched_by_keyboard(adas: Page) -> None:
    adas.goto(HISTORY)
    number = rows(adas).nth(3).get_by_role("cell").nth(2).inner_text().split()[-1]
    field = adas.get_by_role("searchbox", name="Number")
    field.focus()
    adas.keyboard.type(number[2:].lower())
    adas.keyboard.press("Enter")
    expect(adas).to_have_url(f"{HISTORY}?number={number[2:]}")
    expect(rows(adas)).to_have_count(2)
    expect(rows(adas).nth(1)).to_contain_text(number)
    expect(field).to_be_focused()
    adas.get_by_role("link", name="Clear filters").focus()
    adas.keyboard.press("Enter")
    expect(rows(adas)).to_have_count(21)
    expect(field).to_have_value("")


def test_the_file_has_the_entries_of_the_page(adas: Page) -> None:
    adas.goto(f"{HISTORY}?status=past_due")
    expect(rows(adas)).to_have_count(2)
    with adas.expect_download() as downloading:
        adas.get_by_role("link", name="Export as CSV").click()
    assert downloading.value.suggested_filename.startswith("billing-history-")
    lines = downloading.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",past_due,USD," in lines[1]


def test_a_membership_leads_to_its_own_invoices(adas: Page, portal: Portal) -> None:
    active = portal.membership("active")
    adas.goto(f"/billing/manage/{active['member_id']}/")
    adas.get_by_role("link", name="See all").click()
    expect(adas).to_have_url(f"{HISTORY}?membership={active['member_id']}")
    expect(adas.get_by_label("Membership")).to_have_value(active["member_id"])
    adas.go_back()
    latest = adas.get_by_role("table", name="Latest invoices").get_by_role("link").first
    number = latest.inner_text()
    latest.click()
    expect(adas.get_by_role("heading", level=1)).to_have_text(f"Invoice {number}")
    adas.goto("/orders/")
    adas.get_by_role("link", name="See all invoices and receipts").click()
    expect(adas).to_have_url(HISTORY)


def test_anothers_entry_looks_like_an_unknown_one(
    adas: Page, portal: Portal, new_context: NewContext
) -> None:
    adas.goto(HISTORY)
    hers = rows(adas).nth(1).get_by_role("link").first.get_attribute("href") or ""
    bens = signed_in(portal, new_context(), "ben@example.com")
    seen = []
    for path in (hers, f"{HISTORY}inv_0000000000000000000000/", f"{HISTORY}x/"):
        bens.goto(path)
        heading = bens.get_by_role("heading", name="We can't find that invoice or payment")
        expect(heading).to_be_visible()
        seen.append(bens.get_by_role("main").inner_text())
    assert seen[0] == seen[1] == seen[2]
    assert "ben@example.com" in seen[0]


def test_somebody_who_bought_nothing_is_told_so(portal: Portal, new_context: NewContext) -> None:
    page = signed_in(portal, new_context(), "eve@example.com")
    page.goto(HISTORY)
    expect(page.get_by_role("heading", name="No invoices yet.")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_every_state_is_accessible_and_narrow(
    portal: Portal, new_context: NewContext, scheme: Any, locale: str
) -> None:
    options = {"color_scheme": scheme, "locale": locale, "viewport": {"width": 375, "height": 700}}
    page = signed_in(portal, new_context(**options))
    page.goto(HISTORY)
    expect(page.locator("tbody tr").first).to_be_visible()
    entry = page.locator(f"a[href^='{HISTORY}inv_']").first.get_attribute("href") or ""
    found = {}
    for path in (HISTORY, f"{HISTORY}?year=1999&status=x", entry, f"{HISTORY}inv_0/"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        found[path] = [*faults(page), *wider_than_the_screen(page)]
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
