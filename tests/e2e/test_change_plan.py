"""Changing a plan in a browser: sums before buttons, the bank in between, and the way back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
import stripe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.portal_server import Portal
from tests.provider.sandbox_server import SandboxServer

SignIn = Callable[..., None]
# Milliseconds for what asks the provider several times and then loads another document.
SLOW = 20_000


@dataclass
class Subscriber:
    """Somebody of one test's own with Trading Room, Monthly."""

    client: stripe.StripeClient
    email: str
    sub: str
    page: str = ""

    @property
    def price(self) -> tuple[int, str]:
        """What Stripe says that they have: minor units and interval."""
        price = self.client.v1.subscriptions.retrieve(self.sub)["items"].data[0].price
        return int(price.unit_amount or 0), str(price.recurring.interval)  # type: ignore[union-attr]

    @property
    def paid(self) -> list[int]:
        """What was paid, newest first."""
        listed = self.client.v1.invoices.list({"subscription": self.sub, "status": "paid"})
        return [one.amount_paid for one in listed.data]


def _known(portal: Portal, sub: str) -> str:
    """The page of the membership, once the portal has heard of it and of what it is charged to."""
    statement = (
        "SELECT members.id FROM members JOIN memberships ON memberships.id = members.membership_id"
        " JOIN membership_subscriptions AS link ON link.membership_id = memberships.id"
        " JOIN payment_methods AS card ON card.customer_id = memberships.customer_id"
        " AND card.stripe_payment_method_id = memberships.stripe_default_payment_method_id"
        " WHERE link.stripe_subscription_id = ? AND memberships.stripe_status = 'active'"
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
            if found := connection.execute(statement, (sub,)).fetchone():
                return f"/billing/manage/{found[0]}/"
        time.sleep(0.1)
    raise AssertionError("the portal did not hear of the subscriber within 30 s")


@pytest.fixture
def subscriber(portal: Portal) -> Iterator[Callable[..., Subscriber]]:
    sandbox = SandboxServer(f"{portal.origin}/sandbox/stripe")
    client = sandbox.client()
    room = next(
        one
        for one in client.v1.prices.list({"limit": 100}).data
        if (one.unit_amount, one.currency, one.nickname) == (2900, "usd", "Monthly")
    )

    def make(name: str, card: str = "pm_card_mastercard") -> Subscriber:
        email = f"{name}@planners.example"
        default: Any = {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
        customer = client.v1.customers.create({"email": email, **default})
        given: Any = {"customer": customer.id, "items": [{"price": room.id}]}
        sub = client.v1.subscriptions.create(given).id
        method = client.v1.payment_methods.attach(card, {"customer": customer.id}).id
        client.v1.subscriptions.update(sub, {"default_payment_method": method})
        return Subscriber(client, email, sub, _known(portal, sub))

    yield make
    sandbox.close()


def sound(page: Page) -> bool:
    return [*faults(page), *wider_than_the_screen(page)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_is_paid_at_once_and_less_begins_later(
    portal: Portal,
    new_context: Callable[..., BrowserContext],
    sign_in: SignIn,
    subscriber: Callable[..., Subscriber],
    scheme: Any,
) -> None:
    someone = subscriber(f"climber-{scheme}")
    size = {"width": 375, "height": 800}
    page = new_context(viewport=size, color_scheme=scheme).new_page()
    sign_in(page, someone.email, url=someone.page)
    page.get_by_role("link", name="Change plan").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Change plan")
    assert sound(page)
    page.get_by_role("radio", name="Pro").check()
    page.get_by_role("button", name="See what it costs").click()
    expect(heading).to_have_text("Change to Pro?")
    expect(page.get_by_role("main")).to_contain_text("You'll get")
    expect(page.get_by_role("main")).to_contain_text("You'll lose")
    assert sound(page)
    button = page.get_by_role("button", name="Change plan and pay")
    shown = button.inner_text().partition("$")[2].partition(" ")[0]
    button.click()
    done = page.get_by_role("status").filter(has_text="Your plan is Pro now.")
    expect(done).to_be_visible(timeout=SLOW)
    assert someone.price == (5900, "month")
    assert someone.paid[0] == round(float(shown) * 100)
    page.get_by_role("radio", name="Monthly").check()
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Change plan on ").click()
    expect(page.get_by_role("main")).to_contain_text("Your plan changes on ")
    assert sound(page)
    assert (someone.price, len(someone.paid)) == ((5900, "month"), 2)
    page.goto(someone.page)
    expect(page.get_by_role("main")).to_contain_text("your plan changes to Monthly")
    assert sound(page)
    page.get_by_role("link", name="See this change").click()
    page.get_by_role("button", name="Keep current plan").click()
    expect(page.get_by_role("status").filter(has_text="You keep Pro.")).to_be_visible()
    expect(page.get_by_role("radio", name="Monthly")).to_be_visible()
    # A code, for the sake of the card below.
    page.get_by_role("textbox", name="Code").fill("NOSUCHCODE")
    page.get_by_role("button", name="Check code").click()
    expect(page.get_by_role("alert").filter(has_text="That code doesn't exist")).to_be_visible()
    assert sound(page)


def test_the_bank_asks_and_the_plan_changes_when_it_is_paid(
    page: Page, sign_in: SignIn, subscriber: Callable[..., Subscriber]
) -> None:
    someone = subscriber("confirmer", "pm_card_authenticationRequired")
    sign_in(page, someone.email, url=f"{someone.page}plan/")
    page.get_by_role("radio", name="Pro").check()
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Change plan and pay").click()
    expect(page.get_by_text("Your bank wants to confirm that it is you…")).to_be_attached(
        timeout=SLOW
    )
    assert someone.price == (2900, "month")
    page.frame_locator("dialog iframe").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").get_by_text("Paid", exact=True)).to_be_visible(timeout=SLOW)
    assert someone.price == (5900, "month")
    page.get_by_role("link", name="Back to your membership").click()
    expect(page.get_by_role("main")).to_contain_text("$59.00 per month")


def test_a_declined_card_leaves_the_plan_and_the_choice(
    page: Page, sign_in: SignIn, subscriber: Callable[..., Subscriber]
) -> None:
    someone = subscriber("declined", "pm_card_chargeCustomerFail")
    sign_in(page, someone.email, url=f"{someone.page}plan/")
    page.get_by_role("radio", name="Yearly").check()
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Change plan and pay").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Your plan hasn't changed yet", timeout=SLOW)
    expect(page.get_by_role("link", name="Pay $")).to_be_visible()
    assert sound(page)
    page.get_by_role("button", name="Keep current plan").click()
    expect(page.get_by_role("status").filter(has_text="You keep Monthly.")).to_be_visible()
    assert (someone.price, len(someone.paid)) == ((2900, "month"), 1)


def test_with_the_keyboard_and_not_by_a_stranger(
    page: Page,
    new_context: Callable[..., BrowserContext],
    sign_in: SignIn,
    subscriber: Callable[..., Subscriber],
) -> None:
    someone = subscriber("typist")
    sign_in(page, someone.email, url=f"{someone.page}plan/")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="See what it costs")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Change to ")
    other = new_context().new_page()
    sign_in(other, "ben@example.com", url=f"{someone.page}plan/")
    expect(other.get_by_role("heading", level=1)).to_have_text("We can't find that membership")
    assert sound(other)
