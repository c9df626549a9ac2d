"""Pages in the states that a happy walk does not meet: refused, elsewhere, in German, cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.portal_server import Portal

NewContext = Callable[..., BrowserContext]
SignIn = Callable[..., None]


def _link_of(portal: Portal, email: str, known: int) -> str:
    portal.code_for(email, known=known)
    return portal.link_for(email)


def _sign_in_pages(portal: Portal, page: Page, other: Page) -> Iterator[str]:
    """Walk *page* through every page of sign-in, refusals included; yields each one's name."""
    email = f"visitor{len(portal.clients)}@example.com"
    page.goto("/login/?next=/account/")
    yield "email"
    page.request.post("/auth/code", form={"email": "nonsense"})
    page.locator("input[name=email]").evaluate("(field) => { field.type = 'text'; }")
    page.locator("input[name=email]").fill("nonsense")
    page.get_by_role("button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "refused address"
    known = len(portal.mails(email))
    page.locator("input[name=email]").fill(email)
    page.get_by_role("button").first.click()
    expect(page.locator("input[name=code]")).to_be_visible()
    yield "code"
    link = _link_of(portal, email, known)
    page.locator("input[name=code]").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "wrong code"
    other.goto(link)
    yield "another browser"
    page.goto(link)
    yield "link"
    page.goto("/login/link/nonsense/")
    yield "unknown link"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_every_page_of_sign_in_is_accessible_and_narrow(
    new_context: NewContext, portal: Portal, scheme: Any, locale: str
) -> None:
    options = {"color_scheme": scheme, "locale": locale, "viewport": {"width": 320, "height": 640}}
    page, other = new_context(**options).new_page(), new_context(**options).new_page()
    found = {}
    for name in _sign_in_pages(portal, page, other):
        shown = other if name == "another browser" else page
        expect(shown.locator("html")).to_have_attribute("lang", locale[:2])
        found[name] = [*faults(shown), *wider_than_the_screen(shown)]
    assert len(found) == 7
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_german_pages_are_accessible_and_narrow(new_context: NewContext, portal: Portal) -> None:
    page = new_context(locale="de-DE", viewport={"width": 320, "height": 640}).new_page()
    cookies = portal.sign_in("ada@example.com").cookies.items()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
    )
    found = {}
    states = [
        f"/billing/manage/{one['member_id']}/" for one in portal.listing["memberships"].values()
    ]
    for path in (
        "/orders/",
        "/billing/upcoming/",
        "/account/",
        *states,
        "/billing/manage/mber_0/",
        "/no/such/page/",
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        found[path] = [*faults(page), *wider_than_the_screen(page)]
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


# New sockets of a page that is cut off knock where nobody answers.
CABLE = """
window.__cable = { cut: false, plugged: [] };
window.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(window.__cable.cut ? String(url).replace('/_event', '/_nowhere') : url, protocols);
    window.__cable.plugged.push(this);
  }
};
"""


def test_a_lost_connection_is_said_and_mends_itself(page: Page, sign_in: SignIn) -> None:
    banner = page.get_by_text("Connection lost")
    page.add_init_script(CABLE)
    sign_in(page, "ben@example.com")
    expect(page.get_by_role("link", name="Manage Trading Room")).to_be_visible()
    expect(banner).to_have_count(0)
    page.evaluate("__cable.cut = true; __cable.plugged.forEach((socket) => socket.close())")
    expect(banner).to_be_visible()
    assert faults(page) == []
    page.evaluate("__cable.cut = false")
    expect(banner).to_have_count(0, timeout=15_000)
    page.get_by_role("link", name="Manage Trading Room").click()
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()
