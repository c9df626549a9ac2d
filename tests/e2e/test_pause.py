"""Pausing in a browser: few presses, the dates in the first sentence, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

Shoppers = Callable[..., Shopper]
PHONE = {"width": 375, "height": 800}


def opened(
    portal: Portal, new_context: Callable[..., BrowserContext], email: str, **options: Any
) -> Page:
    context = new_context(**options)
    cookies = portal.sign_in(email).cookies.items()
    context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    return context.new_page()


def at_stripe(shopper: Shopper) -> Any:
    return shopper.client.v1.subscriptions.retrieve(
        shopper.subscriptions[0], {"expand": ["schedule"]}
    )


def paid(shopper: Shopper) -> list[int]:
    given: Any = {"subscription": shopper.subscriptions[0], "status": "paid"}
    return [one.amount_paid for one in shopper.client.v1.invoices.list(given).data]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_presses_from_the_membership_and_one_back(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers, scheme: Any
) -> None:
    someone = shopper(f"rester-{scheme}", trial_days=0)
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, someone.email, viewport=PHONE, color_scheme=scheme)
    page.goto(manage)
    page.get_by_role("link", name="Pause membership").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Pause Club 1?")
    first = page.get_by_role("main").locator(".lead").first
    expect(first).to_have_text(
        re.compile(
            r"You keep access until \d+ \w+ \d{4}\. Then it pauses, and nothing is charged\."
        )
    )
    expect(page.get_by_role("radio", name="1 month")).to_be_checked()
    assert [*faults(page), *wider_than_the_screen(page)] == []
    page.get_by_role("button", name="Pause membership").click()
    expect(heading).to_have_text("Club 1 will pause")
    expect(page.get_by_role("status").filter(has_text="Club 1 will pause")).to_be_visible()
    (entry,) = at_stripe(someone).schedule.pause_schedules
    assert entry.pause.status.type == entry.resume.status.type == "scheduled"
    assert [*faults(page), *wider_than_the_screen(page)] == []
    page.goto(manage)
    page.get_by_role("link", name="Don't pause").click()
    page.get_by_role("button", name="Don't pause").click()
    expect(page.get_by_role("status").filter(has_text="It renews on")).to_be_visible()
    expect(heading).to_have_text("Pause Club 1?")
    assert at_stripe(someone).schedule is None


def test_resuming_now_shows_and_charges_the_same_sum(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("returner", trial_days=0)
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, someone.email)
    page.goto(manage)
    nothing: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}
    someone.client.v1.subscriptions.pause(someone.subscriptions[0], nothing)
    expect(page.get_by_text("Resuming now costs $19.00 today.")).to_be_visible(timeout=40_000)
    page.get_by_role("link", name="Resume now").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Club 1 is paused")
    assert faults(page) == []
    page.get_by_role("button", name="Resume now, pay $19.00").click()
    expect(page.get_by_role("status").filter(has_text="$19.00 was charged.")).to_be_visible()
    assert (at_stripe(someone).status, paid(someone)) == ("active", [1900, 1900])


def test_a_trial_and_a_stranger_are_told_why_not(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    someone = shopper("trier")
    (manage,) = someone.manage_urls()
    page = opened(portal, new_context, someone.email)
    page.goto(manage)
    expect(page.get_by_role("link", name="Cancel membership")).to_be_visible()
    expect(page.get_by_role("link", name="Pause membership")).to_have_count(0)
    page.goto(f"{manage}pause/")
    expect(page.get_by_text("Nothing is charged during the trial.")).to_be_visible()
    assert faults(page) == []
    page = opened(portal, new_context, "ben@example.com")
    page.goto(f"{manage}pause/")
    expect(page.get_by_role("heading", level=1)).to_have_text("We can't find that membership")
