"""Paying what is overdue, in a browser: at once, with the bank, without it, and in German."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.debtors import Debtor, debtor
from tests.portal_server import Portal

SignIn = Callable[..., None]
ASKING = "pm_card_authenticationRequired"


@pytest.fixture
def owing(portal: Portal, request: pytest.FixtureRequest) -> Iterator[Debtor]:
    """Somebody of each test's own, with a good card and one whose bank asks."""
    email = f"{request.node.name.replace('_', '-')[:60]}@example.com"
    with debtor(portal, email, "pm_card_mastercard", ASKING) as owing:
        yield owing


def choose(page: Page, card: str) -> None:
    page.get_by_role("radio", name=card).check()


def pay(page: Page) -> None:
    page.get_by_role("button", name="Pay $29.00").click()


def bank(page: Page) -> FrameLocator:
    """The bank's page in front of ours; it is looked at as well."""
    expect(page.get_by_text("Your bank wants to confirm that it is you…")).to_be_attached()
    return page.frame_locator("dialog iframe")


def expect_paid(page: Page, card: str) -> None:
    expect(page.get_by_role("heading", name="Payment for Trading Room")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Paid", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(card)
    expect(page.get_by_role("link", name="Receipt")).to_be_visible()


def problem(page: Page) -> Any:
    return page.get_by_role("alert").filter(has_text="Nothing has been charged.")


def test_from_the_banner_to_paid_with_a_saved_card(
    page: Page, sign_in: SignIn, owing: Debtor
) -> None:
    sign_in(page, owing.email, url="/account/")
    said = "We couldn't charge Visa ending 0341 for Trading Room (Monthly) ($29.00)"
    expect(page.get_by_text(said)).to_be_visible()
    assert faults(page) == []
    page.goto("/orders/")
    expect(page.get_by_role("link", name="Fix payment for Trading Room")).to_be_visible()
    expect(page.get_by_text(said)).to_have_count(0)
    assert faults(page) == []
    page.get_by_role("link", name="Fix payment for Trading Room").click()
    expect(page.get_by_role("heading", name="Pay for Trading Room")).to_be_visible()
    expect(page.get_by_role("radio", name="Visa ending 0341")).to_be_checked()
    assert faults(page) == []
    pay(page)
    expect(problem(page)).to_contain_text("Your bank declined.")
    assert faults(page) == []
    choose(page, "Mastercard ending 4444")
    expect(page.get_by_role("checkbox", name="Use it for future charges too")).to_be_checked()
    pay(page)
    expect_paid(page, "Mastercard ending 4444")
    assert faults(page) == []
    assert [(one.amount, owing.renews_with) for one in owing.charges] == [(2900, "4444")]
    page.get_by_role("link", name="Back to your membership").click()
    expect(page.get_by_role("main")).to_contain_text("Active")
    assert owing.status == "active"


def test_the_bank_asks_and_approves(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, owing.email, url=owing.page)
    choose(page, "Visa ending 3184")
    page.get_by_role("checkbox", name="Use it for future charges too").uncheck()
    pay(page)
    bank(page).get_by_role("button", name="Approve").click()
    expect_paid(page, "Visa ending 3184")
    assert (len(owing.charges), owing.renews_with, owing.status) == (1, "0341", "active")


def test_the_bank_asks_in_the_whole_window(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, owing.email, url=owing.page)
    choose(page, "Visa ending 3184")
    pay(page)
    bank(page).get_by_role("link", name="Continue in the whole window").click()
    page.get_by_role("button", name="Approve").click()
    expect_paid(page, "Visa ending 3184")
    assert (len(owing.charges), owing.renews_with) == (1, "3184")


def test_the_bank_refuses_or_nobody_answers(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, owing.email, url=owing.page)
    choose(page, "Visa ending 3184")
    pay(page)
    bank(page).get_by_role("button", name="Fail").click()
    expect(problem(page)).to_contain_text("Your bank could not confirm that it is you.")
    assert faults(page) == []
    choose(page, "Visa ending 3184")
    pay(page)
    bank(page).get_by_role("button", name="Approve").wait_for()
    page.get_by_role("button", name="Close").click()
    expect(problem(page)).to_be_visible()
    pay(page)
    bank(page).get_by_role("button", name="Approve").wait_for()
    page.reload()
    expect(page.get_by_role("button", name="Pay $29.00")).to_be_visible()
    assert (owing.charges, owing.status) == ([], "past_due")


def test_another_card_is_added_on_the_way(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, owing.email, url=owing.page)
    page.get_by_role("link", name="Use another payment method").click()
    fields = page.frame_locator("iframe[title='Secure payment input frame']")
    fields.get_by_label("Card number").fill("4000056655665556")
    fields.get_by_label("Expiration date").fill("12 / 34")
    fields.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Add payment method").click()
    expect(page.get_by_role("radio", name="Visa ending 5556")).to_be_checked()
    expect(page.get_by_role("status").filter(has_text="was added.")).to_be_visible()
    assert owing.charges == []
    pay(page)
    expect_paid(page, "Visa ending 5556")


def test_a_new_default_offers_to_pay(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, owing.email, url="/payment-methods/")
    page.get_by_role("button", name="Make Mastercard ending 4444 the default").click()
    page.get_by_role("link", name="Pay $29.00 now").click()
    expect(page.get_by_role("radio", name="Mastercard ending 4444")).to_be_checked()
    assert owing.charges == []


def test_an_open_page_follows_when_it_is_paid_elsewhere(
    page: Page, sign_in: SignIn, owing: Debtor
) -> None:
    sign_in(page, owing.email, url="/account/")
    banner = page.get_by_role("link", name="Fix payment")
    expect(banner).to_be_visible()
    late = owing.client.v1.invoices.list({"subscription": owing.sub, "limit": 1}).data[0]
    other = page.context.new_page()
    other.goto(owing.page)
    expect(other.get_by_role("button", name="Pay $29.00")).to_be_visible()
    owing.client.v1.invoices.pay(str(late.id), {"payment_method": _good(owing)})
    expect(banner).to_have_count(0)
    expect_paid(other, "Mastercard ending 4444")


def _good(owing: Debtor) -> str:
    methods = owing.client.v1.customers.payment_methods.list(owing.cus).data
    return next(one.id for one in methods if one.card and one.card.last4 == "4444")


def test_in_german_and_on_a_phone(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    sign_in(page, owing.email, url="/account/")
    expect(page.get_by_role("link", name="Fix payment")).to_be_visible()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("link", name="Zahlung nachholen").click()
    expect(page.get_by_role("heading", name="Trading Room bezahlen")).to_be_visible()
    expect(page.get_by_role("button", name="bezahlen")).to_contain_text("29,00")
    assert wider_than_the_screen(page) == []
    assert faults(page) == []
    page.get_by_role("button", name="bezahlen").click()
    expect(page.get_by_role("alert").filter(has_text="Es wurde nichts abgebucht.")).to_be_visible()
    assert wider_than_the_screen(page) == []


def test_paying_by_keyboard(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, owing.email, url=owing.page)
    page.get_by_role("radio", name="Visa ending 0341").focus()
    good = page.get_by_role("radio", name="Visa ending 4242")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        if good.is_checked():
            break
    expect(good).to_be_checked()
    for _ in range(12):
        if page.evaluate("document.activeElement.textContent").startswith("Pay $"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Paid")
    assert len(owing.charges) == 1


def test_somebody_elses_page_is_not_found(page: Page, sign_in: SignIn, owing: Debtor) -> None:
    sign_in(page, "ben@example.com", url=owing.page)
    expect(page.get_by_role("heading", name="We can't find that membership")).to_be_visible()
    assert owing.charges == []
