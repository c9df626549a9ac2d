"""A membership goes from one browser to another: offered, read, a card added, accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.payment_frame import CHALLENGED, VISA, PaymentPage
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
    ask(page, portal, sender, recipient)
    return page.get_by_label("Their link").input_value()


def ask(page: Page, portal: Portal, sender: str, recipient: str) -> None:
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
    accept = his.get_by_role("button", name=re.compile(r"^Accept – .* per month from \d"))
    expect(accept).to_be_visible(timeout=20_000)
    sound(his)
    accept.click()
    expect(his).to_have_url(re.compile(r"/billing/manage/mber_"))
    expect(his.get_by_role("heading", name="Club 1")).to_be_visible()
    expect(his.get_by_text("Transferred to you")).to_be_visible()

    hers.goto(manage)
    expect(hers.get_by_role("heading", level=1)).to_have_text("This membership was transferred")
    sound(hers)
    papers = [
        hers.get_by_role("link", name="Download confirmation"),
        his.get_by_role("link", name="Confirmation of transfer"),
    ]
    assert papers[0].get_attribute("href") == papers[1].get_attribute("href")
    for paper, other in zip(papers, (taker, giver.email), strict=True):
        paper.click()
        title = paper.page.get_by_role("heading", level=1)
        expect(title).to_contain_text("Confirmation of transfer")
        assert other not in paper.page.content()
        sound(paper.page)
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
    title = other.get_by_role("heading", level=1)
    expect(title).to_have_text("This offer is for another account")
    expect(other.get_by_text("You are signed in as eve@example.com.")).to_be_visible()
    expect(other.get_by_role("button", name=re.compile("Accept|Decline"))).to_have_count(0)
    sound(other)
    hers.get_by_role("button", name="Withdraw offer").click()
    expect(hers.get_by_role("status").filter(has_text="Your offer was withdrawn.")).to_be_visible()
    other.goto(link)
    expect(other.get_by_role("heading", level=1)).to_have_text("This offer was withdrawn")
    sound(other)


NORTHWIND = "?company=biz_northwind"


@pytest.fixture
def after_approval(portal: Portal, new_context: NewContext) -> Iterator[Page]:
    """Cleo's studio, whose portal asks for her word; taken back whatever happens."""
    cleo = opened(portal, new_context, "cleo@example.com", **PHONE)
    cleo.goto(f"/studio/portal/{NORTHWIND}")
    cleo.get_by_label("Customers may transfer a membership").select_option("approval")
    cleo.get_by_role("button", name="Publish").click()
    expect(cleo.get_by_role("status").filter(has_text="Published")).to_be_visible()
    yield cleo
    cleo.goto(f"/studio/portal/{NORTHWIND}")
    cleo.get_by_role("button", name="Roll back to As it came").click()
    expect(cleo.get_by_role("status").filter(has_text="Published")).to_be_visible()


def test_a_seller_decides_before_the_recipient_hears_of_it(
    portal: Portal, new_context: NewContext, shopper: Shoppers, after_approval: Page
) -> None:
    giver, cleo = shopper("asker"), after_approval
    (manage,) = giver.manage_urls()
    hers = opened(portal, new_context, giver.email)
    for answer in ("Decline", "Approve"):
        hers.goto(manage)
        ask(hers, portal, giver.email, "hearer@example.com")
        expect(hers.get_by_text("Waiting for Northwind Academy to agree")).to_be_visible()
        assert portal.mails("hearer@example.com") == []
        cleo.goto(f"/studio/{NORTHWIND}")
        cleo.get_by_role("link", name="Transfers 1 waiting").click()
        expect(cleo.get_by_text("h•••@example.com")).to_be_visible()
        sound(cleo)
        if answer == "Decline":
            cleo.get_by_text("Decline…").click()
            cleo.get_by_role("button", name=re.compile("^Decline the transfer")).click()
            expect(cleo.get_by_text("Say in a few words why not.")).to_be_visible()
            cleo.get_by_label("Why not?").fill("Not before June.")
        sound(cleo)
        cleo.get_by_role("button", name=re.compile(f"^{answer} the transfer")).click()
        expect(cleo.get_by_text("No transfer waits for you")).to_be_visible()
        sound(cleo)
        if answer == "Decline":
            expect(hers.get_by_text("Not before June.")).to_be_visible(timeout=10_000)
    expect(hers.get_by_label("Their link")).to_be_visible(timeout=10_000)
    his = opened(portal, new_context, "hearer@example.com", **PHONE)
    his.goto(hers.get_by_label("Their link").input_value())
    his.get_by_role("button", name="Add a card").click()
    PaymentPage(his).add(VISA)
    his.get_by_role("button", name=re.compile("^Accept – ")).click(timeout=20_000)
    expect(his).to_have_url(re.compile(r"/billing/manage/mber_"))
    hers.goto(manage)
    expect(hers.get_by_role("heading", level=1)).to_have_text("This membership was transferred")
