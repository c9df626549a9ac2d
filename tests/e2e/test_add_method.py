"""Adding a payment method in a browser: what people hear, and what is on file afterwards.

Each test makes somebody of its own, whose Mastercard 4444 is the default. The stand-in for
Stripe.js is driven through the real @stripe/react-stripe-js. Payments that fail when they are
charged are the pay page's.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.payment_frame import AMEX, DECLINED, FRAME, IBAN, VISA, PaymentPage
from tests.e2e.shoppers import Shopper

NewShopper = Callable[..., Shopper]
CardPage = Callable[..., PaymentPage]
PHONE = {"width": 375, "height": 720}


def heard(page: Page, sentence: str) -> None:
    """The list is there, a whole load later, and its live region tells *sentence*."""
    heading = page.get_by_role("heading", name="Payment methods", level=1)
    expect(heading).to_be_visible(timeout=15_000)
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible(timeout=15_000)


def listed(page: Page) -> list[str]:
    """The names of what the list shows, the default marked."""
    rows = page.locator(".method-head")
    return [" ".join(row.split()) for row in rows.all_inner_texts()]


def nothing_was_added(shopper: Shopper) -> None:
    assert (shopper.attached, shopper.on_file, shopper.default) == (["4444"], ["4444"], "4444")
    assert shopper.open_intents == 0


def test_a_card_is_added_and_pays_for_everything(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("plain", memberships=2)
    form = card_page(one)
    assert faults(form.page) == []
    form.add(VISA)
    heard(form.page, "Visa ending 4242 was added.")
    assert listed(form.page) == ["Visa ending 4242 Default", "Mastercard ending 4444"]
    expect(form.page.locator(".method").first).to_contain_text("Pays for: Club")
    assert one.attached == ["4242", "4444"]
    assert one.on_file == ["4242", "4444"]
    assert (one.default, one.open_intents) == ("4242", 0)


def test_an_amex_has_a_code_of_four(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("amex")
    form = card_page(one, viewport=PHONE)
    form.add(AMEX, code="123")
    expect(form.fields.get_by_text("Your card’s security code is incomplete.")).to_be_visible()
    expect(form.fields.get_by_label("Security code")).to_be_focused()
    expect(form.fields.get_by_label("Card number")).to_have_value("3782 822463 10005")
    assert wider_than_the_screen(form.page) == []
    nothing_was_added(one)
    form.fields.get_by_label("Security code").fill("1234")
    form.submit.click()
    heard(form.page, "American Express ending 0005 was added.")
    assert one.on_file == ["0005", "4444"]


def test_a_card_that_cannot_be_saved_says_why_and_another_one_can(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("declined")
    form = card_page(one, viewport=PHONE, color_scheme="dark")
    form.add(DECLINED)
    expect(form.problem).to_contain_text("Your bank declined.")
    assert [*faults(form.page), *wider_than_the_screen(form.page)] == []
    nothing_was_added(one)
    form.type_card(VISA)
    # What was wrong with the other card says nothing about this one.
    expect(form.problem).to_be_empty()
    form.submit.click()
    heard(form.page, "Visa ending 4242 was added.")
    assert one.attached == ["4242", "4444"]


def test_a_whole_number_is_shown_whole_on_a_phone(shopper: NewShopper, card_page: CardPage) -> None:
    form = card_page(shopper("narrow"), viewport=PHONE)
    for number in (VISA, "5555555555554444"):
        field = form.type_card(number).fields.get_by_label("Card number")
        assert field.evaluate("(field) => field.scrollWidth <= field.clientWidth"), number


def test_unfinished_fields_are_named_and_nothing_is_sent(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("unfinished")
    form = card_page(one)
    before = one.confirmed()
    form.submit.click()
    expect(form.fields.get_by_text("Your card number is incomplete.")).to_be_visible()
    expect(form.fields.get_by_label("Card number")).to_be_focused()
    assert faults(form.page) == []
    assert one.confirmed() == before
    expect(form.submit).to_be_enabled()
    form.page.get_by_role("link", name="Cancel", exact=True).click()
    expect(form.page.get_by_role("heading", name="Payment methods", level=1)).to_be_visible()
    nothing_was_added(one)


def test_a_bank_account_is_added(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("sepa")
    form = card_page(one, viewport=PHONE)
    form.type_account(IBAN, "Sepa Shopper", one.email)
    expect(form.fields.get_by_text("By continuing you authorise the seller")).to_be_visible()
    assert [*faults(form.page), *wider_than_the_screen(form.page)] == []
    form.submit.click()
    heard(form.page, "SEPA Direct Debit ending 3000 was added.")
    assert (one.attached, one.default) == (["3000", "4444"], "3000")


def test_without_the_tick_nothing_is_charged_to_it(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("spare")
    form = card_page(one)
    form.page.get_by_role("checkbox", name="Use it for all my memberships").uncheck()
    form.add(VISA)
    heard(form.page, "Visa ending 4242 was added.")
    assert listed(form.page) == ["Mastercard ending 4444 Default", "Visa ending 4242"]
    assert (one.default, one.pinned) == ("4444", [""])


def test_for_one_membership_it_is_charged_to_that_one(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("single", memberships=2)
    first = one.manage_urls()[0]
    form = card_page(one)
    form.page.goto(f"{first}payment-method/")
    form.page.get_by_role("link", name="Add payment method").click()
    form.wait()
    expect(form.page.get_by_text("Club 1 will be charged to it.")).to_be_visible()
    form.page.get_by_role("checkbox").uncheck()
    form.add(VISA)
    expect(form.page).to_have_url(first)
    said = form.page.get_by_role("status").filter(has_text="Visa ending 4242 was added.")
    expect(said).to_be_visible()
    expect(form.page.get_by_role("main")).to_contain_text("Visa ending 4242")
    assert (one.default, one.pinned) == ("4444", ["4242", ""])


def test_the_same_card_again_takes_the_place_of_itself(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("duplicate", card="pm_card_visa")
    form = card_page(one)
    form.add(VISA)
    heard(form.page, "Visa ending 4242 was added.")
    assert listed(form.page) == ["Visa ending 4242 Default"]
    assert (one.attached, one.on_file, one.default) == (["4242"], ["4242"], "4242")


def test_a_double_click_adds_it_once(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("double")
    form = card_page(one).type_card(VISA)
    before = one.confirmed()
    form.submit.dblclick()
    heard(form.page, "Visa ending 4242 was added.")
    assert one.confirmed() == before + 1
    assert one.attached == ["4242", "4444"]


def test_the_same_card_from_two_tabs_is_on_file_once(
    shopper: NewShopper, card_page: CardPage
) -> None:
    one = shopper("tabs", memberships=2)
    forms = [card_page(one)]
    other = forms[0].page.context.new_page()
    other.goto("/payment-methods/add/")
    forms.append(PaymentPage(other).wait())
    for form in forms:
        form.type_card(VISA)
    for form in forms:
        form.submit.click(no_wait_after=True)
    for form in forms:
        heard(form.page, "Visa ending 4242 was added.")
        expect(form.page.locator(".method-head")).to_have_text(
            ["Visa ending 4242Default", "Mastercard ending 4444"]
        )
    assert one.attached == ["4242", "4444"]
    assert (one.on_file, one.default) == (["4242", "4444"], "4242")


def test_a_card_is_added_with_the_keyboard_alone(shopper: NewShopper, card_page: CardPage) -> None:
    one = shopper("keys")
    page = card_page(one).page
    page.locator(FRAME).focus()
    page.keyboard.press("Tab")  # the kind, a group of radio buttons
    page.keyboard.press("Tab")
    for typed in (VISA, "1239", "123"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add payment method")).to_be_focused()
    page.keyboard.press("Enter")
    heard(page, "Visa ending 4242 was added.")
    assert one.default == "4242"
