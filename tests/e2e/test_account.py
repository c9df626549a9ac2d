"""The account page in a browser: another address by two codes, and a session about to end."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.e2e.shoppers import Shopper
from tests.portal_server import Portal

Shoppers = Callable[..., Shopper]


def opened(portal: Portal, new_context: Callable[..., BrowserContext], email: str) -> Page:
    context = new_context(viewport={"width": 375, "height": 800})
    cookies = portal.sign_in(email).cookies.items()
    context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    page = context.new_page()
    page.goto("/account/")
    return page


def confirm(page: Page, code: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it's you")
    assert [*faults(page), *wider_than_the_screen(page)] == []
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Confirm").click()


def test_another_address_is_proved_and_becomes_the_primary_one(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    first = shopper("mover").email
    other = f"work.{first}"
    page = opened(portal, new_context, first)
    field = page.get_by_role("textbox", name="Email")
    field.fill("nonsense")
    page.get_by_role("button", name="Add email").click()
    expect(field).to_have_accessible_description("Enter an email address, like name@example.com.")
    assert [*faults(page), *wider_than_the_screen(page)] == []
    known = len(portal.mails(first))
    field.fill(other)
    page.get_by_role("button", name="Add email").click()
    confirm(page, portal.code_for(first, known=known))
    expect(page.get_by_role("main")).to_contain_text(other)
    confirm(page, portal.code_for(other))
    notice = page.get_by_role("status").filter(has_text="is part of your account now")
    expect(notice).to_be_visible()
    known = len(portal.mails(first))
    page.get_by_role("button", name=f"Make {other} primary").click()
    confirm(page, portal.code_for(first, known=known))
    expect(page.get_by_role("status").filter(has_text="is your primary email")).to_be_visible()
    assert [*faults(page), *wider_than_the_screen(page)] == []


def test_a_session_says_that_it_will_end_and_can_be_kept(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    page = opened(portal, new_context, shopper("sleeper").email)
    stay = page.get_by_role("button", name="Stay signed in")
    expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    expect(stay).to_be_hidden()
    moved(portal, "last_seen_at", seconds=-(28 * 60 + 50))
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(stay).to_be_visible()
    assert faults(page) == []
    stay.click()
    expect(stay).to_be_hidden()
    moved(portal, "last_seen_at", seconds=-31 * 60)
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_url("/login/?next=/account/")


def test_a_session_says_that_its_twelve_hours_are_over_which_nothing_puts_off(
    portal: Portal, new_context: Callable[..., BrowserContext], shopper: Shoppers
) -> None:
    """It is not offered to stay; signing in anew leads back to where one was."""
    email = shopper("marathon").email
    page = opened(portal, new_context, email)
    expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    moved(portal, "expires_at", seconds=100)
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    warning = page.get_by_role("alert").filter(has_text="You will be signed out in 2 minutes")
    expect(warning).to_contain_text("After 12 hours you sign in anew, and come back to this page.")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_hidden()
    assert [*faults(page), *wider_than_the_screen(page)] == []
    page.reload()
    expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(warning).to_be_visible()
    moved(portal, "expires_at", seconds=-1)
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_url("/login/?next=/account/")
    expect(page.get_by_text("You have been signed out for your security")).to_be_visible()
    known = len(portal.mails(email))
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code").fill(portal.code_for(email, known=known))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(warning).to_be_hidden()


def moved(portal: Portal, column: str, *, seconds: int) -> None:
    """Set a time of the newest session to *seconds* from now."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection, connection:
        connection.execute(
            f"UPDATE login_sessions SET {column} = datetime('now', ?) || '.000000'"  # noqa: S608
            " WHERE created_at = (SELECT max(created_at) FROM login_sessions)",
            (f"{seconds} seconds",),
        )
