"""A portal of its own: cards are added on the provider's page, and one expires as time passes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import faults
from tests.portal_server import Portal, running_portal
from tests.provider.sandbox_server import HEADERS

SignIn = Callable[..., None]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running_portal(tmp_path_factory.mktemp("redirect"), PORTAL_CARD_FORM="redirect") as portal:
        yield portal


def test_a_card_is_added_on_the_providers_page(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ben@example.com", url="/payment-methods/")
    page.get_by_role("link", name="Add payment method").click()
    expect(page.get_by_role("checkbox", name="Use it for all my memberships")).to_be_checked()
    assert faults(page) == []
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Save a payment method")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Back without saving").click()
    expect(page.get_by_role("status").filter(has_text="you left the form")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name="Visa ending 0002").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_role("radio", name="Mastercard ending 4444").check()
    page.get_by_role("button", name="Save").click()
    expect(
        page.get_by_role("status").filter(has_text="Mastercard ending 4444 was added.")
    ).to_be_visible()
    first = page.get_by_role("listitem").first
    expect(first).to_contain_text("Mastercard ending 4444")
    expect(first).to_contain_text("Pays for: Trading Room")


def test_who_has_several_is_offered_to_add_it_for_the_others(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "ada@example.com", url="/payment-methods/add/")
    page.get_by_role("link", name="Billed in USD").click()
    page.get_by_role("checkbox", name="Use it for all my memberships").uncheck()
    page.get_by_role("group", name="Use it for").get_by_role(
        "checkbox", name="Trading Room (Pro)"
    ).check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name="Visa ending 3155").check()
    page.get_by_role("button", name="Save").click()
    mine = page.get_by_role("listitem").filter(has_text="Visa ending 3155")
    expect(mine).to_contain_text("Pays for: Trading Room (Pro)")
    expect(page.get_by_role("heading", name="Use Visa ending 3155 elsewhere too?")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Add it for what is billed in EUR too").click()
    expect(page.get_by_text("Billed in EUR", exact=True)).to_be_visible()


def _open_notices(portal: Portal) -> list[str]:
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as connection:
        rows = connection.execute(
            "SELECT last4 FROM card_notices"
            " JOIN payment_methods ON payment_methods.id = payment_method_id"
            " WHERE resolved_at IS NULL"
        ).fetchall()
    return [last4 for (last4,) in rows]


def waited_for(look: Callable[[], list[str]], *, seconds: float) -> list[str]:
    """What *look* finds as soon as it finds something; nothing when the time is over."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def test_an_open_page_follows_a_card_that_expires_and_is_renewed(
    page: Page, portal: Portal, sign_in: SignIn
) -> None:
    sign_in(page, "ada@example.com")
    soon = page.get_by_text("Mastercard ending 4444 expires before the next charge")
    over = page.get_by_text("Mastercard ending 4444 has expired")
    expect(soon).to_be_visible()
    expect(over).to_have_count(0)
    clock = f"{portal.origin}/sandbox/clock/advance"
    headers = {"Origin": portal.origin}
    moved = httpx.post(clock, data={"go": "card-expiry"}, headers=headers, timeout=120)
    assert moved.status_code == 303
    expect(over).to_be_visible(timeout=60_000)
    # The page has heard of the charge on the way; the watch looks a moment later.
    noticed = waited_for(lambda: _open_notices(portal), seconds=30)
    assert "4444" in noticed
    update = page.get_by_role("link", name="Update payment method of Trading Room")
    expect(update).to_be_visible()
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as connection:
        (method,) = connection.execute(
            "SELECT stripe_payment_method_id FROM payment_methods WHERE id = ?",
            (portal.method_id("4444"),),
        ).fetchone()
    renew = f"{portal.origin}/sandbox/stripe/_sandbox/payment_methods/{method}/renew"
    httpx.post(renew, json={}, headers=HEADERS).raise_for_status()
    expect(over).to_have_count(0, timeout=30_000)
