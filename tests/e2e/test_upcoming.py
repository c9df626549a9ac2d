"""What will be charged, in a browser: led there, read, mended, and followed while it is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

SignIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]
PATH = "/billing/upcoming/"


def test_ada_is_led_from_the_next_charge_to_the_year(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    sign_in(page, "ada@example.com")
    page.get_by_role("link", name="See the next 12 months").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(PATH)
    main = page.get_by_role("main")
    expect(page.get_by_role("heading", name="Upcoming charges", level=1)).to_be_visible()
    expect(page.get_by_role("img", name="Charges in USD by month")).to_be_visible()
    for words in ("About $88.00", "Estimate", "€120.00", "Coaching"):
        expect(main).to_contain_text(words)
    yearly = page.get_by_role("row").filter(has_text="$290.00").first
    expect(yearly).to_contain_text("Mastercard ending 4444 expires before this")
    yearly.get_by_role("link", name="Update payment method of Trading Room").click()
    expect(page).to_have_url(f"{portal.membership('yearly')['manage_url']}payment-method/")


def test_a_membership_says_what_its_next_charge_is_made_of(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    sign_in(page, "ada@example.com", url=portal.membership("trialing")["manage_url"])
    expect(page.get_by_role("heading", name="First charge after trial")).to_be_visible()
    main = page.get_by_role("main")
    expect(main).to_contain_text("1 × Coaching (at €120.00 / 3 months)")
    expect(main).to_contain_text("As of ")
    page.goto(portal.membership("canceling")["manage_url"])
    expect(main).to_contain_text("Nothing more will be charged.")
    page.goto(portal.membership("completed")["manage_url"])
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_role("heading", name="charge")).to_have_count(0)


def test_eve_has_nothing_to_come(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "eve@example.com", url=PATH)
    expect(page.get_by_role("heading", name="No charges to come")).to_be_visible()
    expect(page.get_by_role("link", name="See your memberships")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_and_in_german(new_context: NewContext, portal: Portal, scheme: str) -> None:
    size = {"width": 320, "height": 700}
    page = new_context(viewport=size, color_scheme=scheme, locale="de-DE").new_page()
    cookies = portal.sign_in("ada@example.com").cookies.items()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    page.goto(PATH)
    expect(page.get_by_role("heading", name="Kommende Abbuchungen")).to_be_visible()
    expect(page.get_by_role("img", name="Abbuchungen in USD nach Monat")).to_be_visible()
    assert wider_than_the_screen(page) == []
    assert faults(page) == []


def test_credit_that_is_given_is_taken_off_while_one_looks(
    page: Page, sign_in: SignIn, shopper: Callable[..., Shopper]
) -> None:
    """No reload: Stripe's event, a preview, and the open page reads again."""
    buyer = shopper("upcoming")
    sign_in(page, buyer.email, url=PATH)
    first = page.get_by_role("row").filter(has_text="Club 1").first
    expect(first).to_contain_text("$19.00")
    expect(first).not_to_contain_text("Estimate", timeout=15_000)
    buyer.client.v1.customers.balance_transactions.create(
        buyer.cus, {"amount": -900, "currency": "usd"}
    )
    expect(first).to_contain_text("$10.00", timeout=15_000)
