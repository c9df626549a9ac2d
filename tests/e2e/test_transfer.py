"""A membership goes from one browser to another: offered, read, a card added, accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.payment_frame import CHALLENGED, PaymentPage
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

Shoppers = Callable[..., Shopper]
NewContext = Callable[..., BrowserContext]
PHONE = {"viewport": {"width": 375, "height": 800}}


def opened(portal: Portal, new_context: NewContext, email: str = "", **options: Any) -> Page:
    context = new_context(**options)
    if email:
        cookies = portal.sign_in(email).cookies.items()
        context.add_cookies(
            [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
        )
    return context.new_page()


def sound(page: Page) -> None:
    assert [*faults(page), *wider_than_the_screen(page)] == []


def offer(page: Page, portal: Portal, sender: str, recipient: str) -> str:
    """From the membership's page to the offer, by way of the step-up; the recipient's link."""
    page.get_by_role("link", name="Transfer membership").click()
    page.get_by_label("Email of the new holder").fill(recipient)
    sound(page)
    known = len(portal.mails(sender))
    page.get_by_role("button", name="Offer transfer").click()
    page.get_by_label("Code").fill(portal.code_for(sender, known=known))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You have confirmed that it's you.")).to_be_visible()
    page.get_by_role("button", name="Offer transfer").click()
    expect(page.get_by_role("button", name="Withdraw offer")).to_be_visible()
    sound(page)
    return page.get_by_label("Their link").input_value()


def test_from_one_pair_of_hands_into_anothers(
    portal: Portal, new_context: NewContext, shopper: Shoppers
) -> None:
    giver, taker = shopper("giver"), "taker@example.com"
    (manage,) = giver.manage_urls()
    hers = opened(portal, new_context, giver.email, **PHONE)
    hers.goto(manage)
    link = offer(hers, portal, giver.email, taker)

    his = opened(portal, new_context, **PHONE)
    his.goto(link)
    expect(his.get_by_role("heading", level=1)).to_have_text("Take over Club 1")
    assert giver.email not in his.content()
    sound(his)
    known = len(portal.mails(taker))
    his.get_by_role("link", name="Sign in to accept").click()
    his.get_by_label("Email").fill(taker)
    his.get_by_role("button", name="Send code").click()
    his.get_by_label("Code").fill(portal.code_for(taker, known=known))
    his.get_by_role("button", name="Sign in", exact=True).click()
    expect(his.get_by_text("$0.00")).to_be_visible()
    his.get_by_role("button", name="Add a card").click()
    form = PaymentPage(his)
    form.add(CHALLENGED)
    form.answer_bank("Approve")
    accept = his.get_by_role("button", name=re.compile(r"^Accept – .* a month from \d"))
    expect(accept).to_be_visible(timeout=20_000)
    sound(his)
    accept.click()
    expect(his).to_have_url(re.compile(r"/billing/manage/mber_"))
    expect(his.get_by_role("heading", name="Club 1")).to_be_visible()
    expect(his.get_by_text("Transferred to you")).to_be_visible()

    hers.goto(manage)
    expect(hers.get_by_role("heading", level=1)).to_have_text("This membership was transferred")
    sound(hers)
    his.goto(link)
    expect(his.get_by_role("heading", level=1)).to_have_text("This transfer is done")
    old = giver.client.v1.subscriptions.retrieve(giver.subscriptions[0])
    assert (old.status, old.cancel_at_period_end) in {("canceled", True), ("trialing", True)}


def test_a_stranger_with_the_link_gets_nowhere_and_it_can_be_withdrawn(
    portal: Portal, new_context: NewContext, shopper: Shoppers
) -> None:
    giver = shopper("regretter")
    (manage,) = giver.manage_urls()
    hers = opened(portal, new_context, giver.email)
    hers.goto(manage)
    link = offer(hers, portal, giver.email, "somebody@example.com")
    other = opened(portal, new_context, "eve@example.com")
    other.goto(link)
    expect(other.get_by_role("alert")).to_contain_text("offered to another account")
    expect(other.get_by_role("button", name=re.compile("Accept|Decline"))).to_have_count(0)
    sound(other)
    hers.get_by_role("button", name="Withdraw offer").click()
    expect(hers.get_by_role("status").filter(has_text="Your offer was withdrawn.")).to_be_visible()
    other.goto(link)
    expect(other.get_by_role("heading", level=1)).to_have_text("This offer was withdrawn")
    sound(other)
