"""The walk of issue 2: sign in, see the memberships, open one by its link, read it over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.portal_server import Portal

SignIn = Callable[..., None]
STATES = [
    "active",
    "trialing",
    "past_due",
    "canceling",
    "paused",
    "completed",
    "canceled",
    "yearly",
]


def test_ada_signs_in_and_sees_her_memberships(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ada@example.com")
    expect(page).to_have_url("/orders/")
    expect(page.get_by_role("link", name="Manage Trading Room").first).to_be_visible()
    expect(page.get_by_text("Past due").first).to_be_visible()


def test_ada_opens_a_membership_and_reads_what_she_pays(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    active = portal.membership("active")
    sign_in(page, "ada@example.com")
    page.goto(active["manage_url"])
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()
    main = page.get_by_role("main")
    for words in ("$29.00", "Visa", "4242", "Renews", "Northwind Academy"):
        expect(main).to_contain_text(words)


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page(page: Page, portal: Portal, sign_in: SignIn, state: str) -> None:
    sign_in(page, "ada@example.com", url=portal.membership(state)["manage_url"])
    expect(page).to_have_url(portal.membership(state)["manage_url"])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("We can't find that membership")).to_have_count(0)


def test_a_manage_url_opened_signed_out_leads_to_sign_in_and_back(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    active = portal.membership("active")
    reply = page.request.get(active["manage_url"], max_redirects=0)
    assert reply.status == 303
    assert "/login/?next=" in reply.headers["location"]
    sign_in(page, "ada@example.com", url=active["manage_url"])
    expect(page).to_have_url(active["manage_url"])
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()


def test_the_link_in_the_mail_signs_in_where_it_was_asked_for(page: Page, portal: Portal) -> None:
    known = len(portal.mails("ben@example.com"))
    page.goto("/login/?next=/account/")
    page.get_by_role("textbox", name="Email").fill("ben@example.com")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()
    portal.code_for("ben@example.com", known=known)
    page.goto(portal.link_for("ben@example.com"))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/account/")


def test_somebody_elses_membership_looks_like_an_unknown_one(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    sign_in(page, "ben@example.com")
    seen = []
    for member_id in (portal.membership("active")["member_id"], "mber_0000000000000000000000"):
        page.goto(f"/billing/manage/{member_id}/")
        expect(page.get_by_role("heading", name="We can't find that membership")).to_be_visible()
        seen.append(page.get_by_role("main").inner_text())
    assert seen[0] == seen[1]
    assert "ben@example.com" in seen[0]


def test_a_membership_id_of_her_own_leads_to_its_manage_url(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    active = portal.membership("active")
    sign_in(page, "ada@example.com")
    page.goto(f"/billing/manage/{active['id']}/")
    expect(page).to_have_url(active["manage_url"])


def test_eve_who_has_nothing_is_told_what_to_do(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "eve@example.com")
    main = page.get_by_role("main")
    expect(main).to_contain_text("eve@example.com")
    expect(main).to_contain_text("another email")
    main.get_by_role("link", name="Add that email to this account").click()
    expect(page.get_by_role("button", name="Add email")).to_be_visible()


def test_the_profile_menu_leads_around_and_out(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ben@example.com")
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("link", name="Account", exact=True).click()
    expect(page).to_have_url("/account/")
    expect(page.get_by_role("main")).to_contain_text("ben@example.com")
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("link", name="Orders").click()
    expect(page).to_have_url("/orders/")
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/login/")
    page.goto("/orders/")
    expect(page).to_have_url("/login/?next=/orders/")


def test_the_language_can_be_changed_and_stays(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ben@example.com", url="/account/")
    page.get_by_role("combobox", name="Language").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto("/orders/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Orders")


def test_signing_out_everywhere_ends_the_other_browser_too(
    new_context: Callable[..., BrowserContext], sign_in: SignIn
) -> None:
    here, there = new_context().new_page(), new_context().new_page()
    sign_in(here, "ben@example.com")
    sign_in(there, "ben@example.com")
    here.goto("/account/")
    here.get_by_role("button", name="Sign out everywhere").click()
    expect(here).to_have_url("/login/")
    there.goto("/orders/")
    expect(there).to_have_url("/login/?next=/orders/")


def test_the_next_person_in_a_tab_sees_nothing_of_the_one_before(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    sign_in(page, "ada@example.com", url=portal.membership("active")["manage_url"])
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "eve@example.com", url="/login/")
    expect(page.get_by_role("main")).to_contain_text("eve@example.com")
    expect(page.locator("body")).not_to_contain_text("ada@example.com")
    expect(page.get_by_role("link", name="Manage Trading Room")).to_have_count(0)


def test_the_brand_follows_a_link_as_it_does_a_full_load(page: Page, sign_in: SignIn) -> None:
    look = (
        "[getComputedStyle(document.querySelector('.brand'), '::before').backgroundColor,"
        " getComputedStyle(document.querySelector('.shell')).fontFamily,"
        " document.querySelector('.brand').innerText]"
    )
    sign_in(page, "ada@example.com")
    expect(page.get_by_role("link", name="Manage Lumen Fitness")).to_be_visible()
    neutral = page.evaluate(look)
    page.get_by_role("link", name="Manage Lumen Fitness").click()
    expect(page.get_by_role("heading", name="Lumen Fitness", level=1)).to_be_visible()
    followed = page.evaluate(look)
    assert all(one != other for one, other in zip(neutral, followed, strict=True))
    page.reload()
    expect(page.get_by_role("heading", name="Lumen Fitness", level=1)).to_be_visible()
    assert page.evaluate(look) == followed
    page.get_by_role("link", name="Orders").first.click()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    assert page.evaluate(look) == neutral


def test_a_chosen_theme_outlives_signing_out(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ben@example.com")
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    sign_in(page, "ben@example.com")
    expect(page.locator("html.dark")).to_have_count(1)


def test_addresses_of_whop_lead_to_ours(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ada@example.com")
    page.goto("/@me/settings/memberships/inactive/")
    expect(page).to_have_url("/orders/#past")
    expect(page.get_by_role("link", name="Manage Trading Room").last).to_be_visible()
    page.goto("/@me/settings/orders")
    expect(page).to_have_url("/orders/")
