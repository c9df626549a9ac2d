"""When the bank wants to see the customer: approved, failed, abandoned, elsewhere, cut off.

Each test makes somebody of its own, whose Mastercard 4444 is the default.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.payment_frame import CHALLENGED, VISA, PaymentPage
from tests.e2e.shoppers import Shopper
from tests.e2e.test_add_method import PHONE, CardPage, NewShopper, heard, nothing_was_added
from tests.e2e.test_states import CABLE

UNPROVEN = "Your bank could not confirm that it is you."
LOST = "The connection was lost. Please check it and try again."
BANKS_PAGE = "**/pages/authenticate/**"
SETUP = "**/v1/setup_intents/**"


def challenged(form: PaymentPage) -> PaymentPage:
    form.add(CHALLENGED)
    expect(form.dialog).to_be_visible()
    expect(form.bank.get_by_role("button", name="Approve")).to_be_visible()
    return form


def saved(one: Shopper, page: Page) -> None:
    heard(page, "Visa ending 3184 was added.")
    assert (one.attached, one.on_file) == (["3184", "4444"], ["3184", "4444"])
    assert (one.default, one.open_intents) == ("3184", 0)


def once(times: list[str], method: str) -> Callable[[Route], None]:
    """Lets the first request of *method* reach the server and loses the answer."""

    def handle(route: Route) -> None:
        if route.request.method == method and not times:
            times.append(route.request.url)
            route.fetch(max_redirects=0)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    return handle


def test_approved_in_the_dialog_it_is_saved(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("approved")
    form = challenged(card_page(one, viewport=PHONE, color_scheme="dark"))
    assert [*faults(form.page), *wider_than_the_screen(form.page)] == []
    nothing_was_added(one)
    form.answer_bank("Approve")
    saved(one, form.page)


def test_failed_it_is_not_saved_and_another_card_can_be(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("unproven")
    form = challenged(card_page(one))
    form.answer_bank("Fail")
    expect(form.problem).to_contain_text(UNPROVEN)
    expect(form.dialog).to_have_count(0)
    assert faults(form.page) == []
    nothing_was_added(one)
    form.type_card(VISA).submit.click()
    heard(form.page, "Visa ending 4242 was added.")
    assert one.attached == ["4242", "4444"]


def test_closing_the_dialog_is_refusing(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("closed")
    form = challenged(card_page(one))
    form.dialog.get_by_role("button", name="Close").click()
    expect(form.problem).to_contain_text(UNPROVEN)
    nothing_was_added(one)
    form.submit.click()
    expect(form.bank.get_by_role("button", name="Approve")).to_be_visible()
    form.page.keyboard.press("Escape")
    expect(form.problem).to_contain_text(UNPROVEN)
    expect(form.submit).to_be_enabled()
    nothing_was_added(one)


def test_who_walks_away_leaves_nothing_behind(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("away")
    form = challenged(card_page(one))
    form.page.goto("/payment-methods/")
    expect(form.page.get_by_text("Mastercard ending 4444")).to_be_visible()
    expect(form.page.get_by_text("3184")).to_have_count(0)
    nothing_was_added(one)
    form.page.go_back()
    challenged(form).answer_bank("Approve")
    saved(one, form.page)


def test_in_the_whole_window_the_bank_leads_back(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("window")
    form = challenged(card_page(one))
    form.bank.get_by_role("link", name="Continue in the whole window").click()
    expect(form.page.get_by_role("heading", name="Confirm it's you")).to_be_visible()
    form.page.get_by_role("button", name="Fail").click()
    back = form.page.get_by_role("alert").filter(has_text="Your payment method was not added")
    expect(back).to_be_visible()
    form.wait()
    assert faults(form.page) == []
    nothing_was_added(one)
    challenged(form).bank.get_by_role("link", name="Continue in the whole window").click()
    form.page.get_by_role("button", name="Approve").click()
    saved(one, form.page)
    form.page.go_back()
    form.page.go_forward()
    expect(form.page.get_by_role("heading", level=1)).to_be_visible()
    assert one.attached == ["3184", "4444"]


def test_a_tick_taken_away_is_remembered_through_the_banks_page(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("remembered")
    form = card_page(one)
    form.page.get_by_role("checkbox").uncheck()
    challenged(form).bank.get_by_role("link", name="Continue in the whole window").click()
    form.page.get_by_role("button", name="Approve").click()
    heard(form.page, "Visa ending 3184 was added.")
    assert (one.attached, one.default) == (["3184", "4444"], "4444")


def test_a_network_lost_before_the_banks_answer_is_said_and_can_be_tried_again(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("offline")
    form = challenged(card_page(one))
    form.page.context.set_offline(True)
    form.answer_bank("Approve")
    form.dialog.get_by_role("button", name="Close").click()
    expect(form.problem).to_contain_text(LOST)
    nothing_was_added(one)
    form.page.context.set_offline(False)
    form.submit.click()
    form.answer_bank("Approve")
    saved(one, form.page)


def test_an_approval_whose_answer_was_lost_counts(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("unheard")
    form = challenged(card_page(one))
    form.page.route(BANKS_PAGE, once([], "POST"))
    form.answer_bank("Approve")
    form.dialog.get_by_role("button", name="Close").click()
    saved(one, form.page)


def test_an_approval_that_the_page_could_not_ask_about_is_found_by_trying_again(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("unasked")
    form = challenged(card_page(one))
    form.page.route(SETUP, once([], "GET"))
    form.answer_bank("Approve")
    expect(form.problem).to_contain_text(LOST)
    form.submit.click()
    saved(one, form.page)


def test_a_confirmation_whose_answer_was_lost_is_not_made_twice(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("confirmed")
    form = card_page(one)
    form.page.route(SETUP, once([], "POST"))
    form.add(VISA)
    expect(form.problem).to_contain_text(LOST)
    form.submit.click()
    heard(form.page, "Visa ending 4242 was added.")
    assert one.attached == ["4242", "4444"]


def test_our_own_socket_lost_meanwhile_finishes_when_it_is_back(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("cable")
    form = card_page(one)
    form.page.add_init_script(CABLE)
    form.page.reload()
    challenged(form)
    cut = "__cable.cut = true; __cable.plugged.forEach((socket) => socket.close())"
    form.page.evaluate(cut)
    expect(form.page.get_by_text("Connection lost")).to_be_attached()
    form.answer_bank("Approve")
    expect(form.dialog).to_have_count(0)
    form.page.evaluate("__cable.cut = false")
    saved(one, form.page)


def test_leaving_by_the_menu_is_a_full_load(shopper: NewShopper, card_page: CardPage) -> None:
    """What this document may load, the next one may not."""
    page = card_page(shopper("leaving")).page
    page.evaluate("window.__document = 'of the card page'")
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("link", name="Orders").click()
    # The page is changed by the router, and then loaded in full.
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible(timeout=15_000)
    expect(page.locator('iframe[src*="/js/"], script[src*="/js/stripe.js"]')).to_have_count(0)
    assert page.evaluate("window.__document") is None
