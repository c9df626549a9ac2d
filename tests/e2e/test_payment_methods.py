"""Changing what is charged, in a browser; what a test changes it changes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults
from tests.e2e.payment_frame import PaymentPage
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

SignIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]


def status(page: Page) -> Any:
    """Where readers hear what was done."""
    return page.get_by_role("status")


def test_the_default_is_changed_with_one_activation(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ada@example.com", url="/payment-methods/")
    first = page.get_by_role("listitem").first
    expect(first).to_contain_text("Visa ending 4242")
    expect(first).to_contain_text("Default")
    page.get_by_role("button", name="Make Mastercard ending 4444 the default").click()
    expect(status(page)).to_contain_text(["", "Mastercard ending 4444 is now your default."])
    expect(first).to_contain_text("Mastercard ending 4444")
    assert faults(page) == []
    page.get_by_role("button", name="Make Visa ending 4242 the default").click()
    expect(first).to_contain_text("Visa ending 4242")


COUNT = """
addEventListener('click', (event) => {
  // A label's own click on its input is no second press.
  if (event.isTrusted && event.detail > 0) window.__presses = (window.__presses || 0) + 1;
}, true);
"""


def test_another_card_for_a_membership_takes_three_activations(
    shopper: Callable[..., Shopper], card_page: Callable[..., PaymentPage]
) -> None:
    """From the membership's page to “changed”, with nothing but what is counted."""
    one = shopper("three", memberships=2)
    one.client.v1.payment_methods.attach("pm_card_visa", {"customer": one.cus})
    page = card_page(one).page
    page.goto(one.manage_urls()[0])
    page.evaluate(COUNT)
    page.get_by_role("link", name="Update payment method").click()
    page.get_by_role("radio", name="Visa ending 4242").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Visa ending 4242 pays for")).to_be_visible()
    assert page.evaluate("window.__presses") == 3
    assert one.default == "4242"


def test_a_membership_can_be_charged_apart(page: Page, portal: Portal, sign_in: SignIn) -> None:
    manage = portal.membership("yearly")["manage_url"]
    sign_in(page, "ada@example.com", url=manage)
    for card, now in (("Visa ending 4242", "4242"), ("Mastercard ending 4444", "4444")):
        page.get_by_role("link", name="Update payment method").click()
        page.get_by_role("radio", name=card).check()
        everywhere = page.get_by_role("checkbox")
        if everywhere.is_checked():
            everywhere.uncheck()  # the other memberships are other tests'
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_url(manage)
        expect(status(page)).to_contain_text(["", f"ending {now} pays for Trading Room now."])
        expect(page.get_by_role("main")).to_contain_text(card)


def test_a_card_is_changed_by_keyboard(page: Page, portal: Portal, sign_in: SignIn) -> None:
    path = f"{portal.membership('yearly')['manage_url']}payment-method/"
    sign_in(page, "ada@example.com", url=path)
    page.get_by_role("radio", name="Mastercard ending 4444").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Add payment method")).to_be_focused()
    page.get_by_role("link", name="Leave it as it is").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()


def test_removing_a_card_in_use_asks_what_should_happen(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ada@example.com", url="/payment-methods/")
    page.get_by_role("link", name="Remove Mastercard ending 4444").click()
    expect(page.get_by_text("Trading Room (Yearly), charged next on")).to_be_visible()
    page.get_by_role("button", name="Remove payment method").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what should happen first.")
    assert faults(page) == []
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("link", name="Remove Mastercard ending 4444")).to_be_visible()


def test_who_has_nothing_is_told_so(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "eve@example.com", url="/payment-methods/")
    expect(page.get_by_role("heading", name="There is nothing to pay yet")).to_be_visible()


@contextmanager
def outage(portal: Portal) -> Iterator[None]:
    """As the jobs note one: Stripe has not answered since half past ten."""
    file = portal.data_dir / "portal.db"
    told = "INSERT INTO changes (person_id, topic, at) VALUES ('*', 'outages', datetime('now'))"
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        connection.execute(
            "INSERT INTO outages (id, going_on, since, noticed_at) VALUES"
            # Noticed later than any answer that the portal gets meanwhile, which would end it.
            " ('out_1', 1, '2026-11-24 10:30:00.000000', '2100-01-01 00:00:00.000000')"
        )
        connection.execute(told)
    yield
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        connection.execute("DELETE FROM outages")
        connection.execute(told)


def test_an_open_page_says_how_old_it_is_while_stripe_does_not_answer(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    sign_in(page, "ben@example.com")
    expect(page.get_by_role("link", name="Manage Trading Room")).to_be_visible()
    banner = page.get_by_text("What you see is as of 24 Nov 2026, 10:30 UTC")
    expect(banner).to_have_count(0)
    with outage(portal):
        expect(banner).to_be_visible()
        expect(page.get_by_role("link", name="Manage Trading Room")).to_be_visible()
        assert faults(page) == []
        page.goto("/payment-methods/")
        expect(banner).to_be_visible()
    expect(banner).to_have_count(0)
