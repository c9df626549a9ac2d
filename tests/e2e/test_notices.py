"""Choosing one's emails in a browser; what a test changes it changes back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import faults

SignIn = Callable[..., None]


def test_an_email_is_switched_off_and_stays_off(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ben@example.com", url="/account/")
    group = page.get_by_role("group", name="Emails about your memberships")
    refunds = group.get_by_role("checkbox", name="Refunds")
    expect(refunds).to_be_checked()
    expect(group.get_by_role("checkbox", name="Receipts")).to_have_count(0)
    why = page.get_by_text("The card networks require a receipt that says how to cancel.")
    expect(why).to_be_hidden()
    page.get_by_text("Always sent").click()
    expect(why).to_be_visible()
    refunds.uncheck()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert faults(page) == []
    page.reload()
    expect(refunds).not_to_be_checked()
    refunds.check()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.reload()
    expect(refunds).to_be_checked()
