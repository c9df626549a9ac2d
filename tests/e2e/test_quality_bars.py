"""Bars that only a browser can measure: weight, layout shift, axe, keyboard, 320 px."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.e2e.accessibility import faults, wider_than_the_screen
from tests.portal_server import Portal

SignIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]
FIRST_VIEW_BYTES = 200_000
REPEAT_VIEW_BYTES = 10_000
LAYOUT_SHIFT = 0.05


def _pages(portal: Portal) -> dict[str, tuple[str, str]]:
    """Name → who looks, and where."""
    ada = "ada@example.com"
    manage = {
        state: (ada, f"/billing/manage/{one['member_id']}/")
        for state, one in portal.listing["memberships"].items()
    }
    return manage | {
        "orders": (ada, "/orders/"),
        "empty": ("eve@example.com", "/orders/"),
        "charged to": (ada, f"{manage['active'][1]}payment-method/"),
        "nothing to charge": (ada, f"{manage['completed'][1]}payment-method/"),
        "pay": (ada, f"{manage['past_due'][1]}pay/"),
        "paid already": (ada, f"{manage['active'][1]}pay/"),
        "payment methods": (ada, "/payment-methods/"),
        "nothing to pay": ("eve@example.com", "/payment-methods/"),
        "remove": (ada, f"/payment-methods/{portal.method_id('4242')}/remove/"),
        "unknown method": (ada, "/payment-methods/payt_0/remove/"),
        "upcoming": (ada, "/billing/upcoming/"),
        "nothing upcoming": ("eve@example.com", "/billing/upcoming/"),
        "account": (ada, "/account/"),
        "unknown": (ada, "/billing/manage/mber_0000000000000000000000/"),
        "nowhere": (ada, "/no/such/page/"),
    }


def _settled(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("email", ["ada@example.com", "eve@example.com"])
def test_axe_finds_nothing(
    new_context: NewContext, portal: Portal, sign_in: SignIn, scheme: Any, email: str
) -> None:
    page = new_context(color_scheme=scheme).new_page()
    found: dict[str, list[str]] = {}
    page.goto("/login/")
    found["login"] = faults(page)
    sign_in(page, email)
    for name, (who, path) in _pages(portal).items():
        if who == email:
            page.goto(path)
            _settled(page)
            found[name] = faults(page)
    if email == "ada@example.com":
        page.goto("/orders/")
        _settled(page)
        page.get_by_role("button", name="Profile").click()
        found["menu open"] = faults(page)
    page.goto("/sandbox/mail/")
    found["mailbox"] = faults(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_no_page_is_wider_than_the_screen(
    new_context: NewContext, portal: Portal, sign_in: SignIn, width: int
) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    sign_in(page, "ada@example.com")
    wide = []
    for name, (_, path) in _pages(portal).items():
        page.goto(path)
        _settled(page)
        wide += [f"{name}: {wrong}" for wrong in wider_than_the_screen(page)]
    assert wide == []


@pytest.mark.parametrize("width", [375, 1280])
def test_layout_shift_stays_below_the_bar(
    new_context: NewContext, portal: Portal, sign_in: SignIn, width: int
) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    sign_in(page, "ada@example.com")
    shifts = {}
    for name, (_, path) in _pages(portal).items():
        page.goto(path)
        _settled(page)
        page.wait_for_timeout(300)
        shifts[name] = round(page.evaluate("window.__cls"), 4)
    assert {name: shift for name, shift in shifts.items() if shift > LAYOUT_SHIFT} == {}


def _bytes_of(session: CDPSession, work: Callable[[], None]) -> int:
    """Encoded bytes that the network delivered while *work* ran, headers and bodies."""
    total = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal total
        total += int(event["encodedDataLength"])

    def count_frame(event: dict[str, Any]) -> None:
        nonlocal total
        total += len(event["response"]["payloadData"])

    session.on("Network.loadingFinished", count)
    session.on("Network.webSocketFrameReceived", count_frame)
    work()
    session.remove_listener("Network.loadingFinished", count)
    session.remove_listener("Network.webSocketFrameReceived", count_frame)
    return total


def test_a_signed_in_page_is_light_and_a_repeat_view_nearly_free(
    new_context: NewContext, portal: Portal, sign_in: SignIn
) -> None:
    context = new_context()
    sign_in(context.new_page(), "ada@example.com", url="/login/")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    figures = {}
    for name in ("orders", "active", "payment methods", "account"):
        path = _pages(portal)[name][1]
        session.send("Network.clearBrowserCache")

        def view(path: str = path) -> None:
            page.goto(path)
            _settled(page)
            page.wait_for_timeout(500)

        figures[name] = (_bytes_of(session, view), _bytes_of(session, view))
    assert all(first <= FIRST_VIEW_BYTES for first, _ in figures.values()), figures
    repeats = {name: _http_bodies(page, _pages(portal)[name][1]) for name in figures}
    assert all(size <= REPEAT_VIEW_BYTES for size in repeats.values()), repeats


def _http_bodies(page: Page, path: str) -> int:
    """Body bytes a repeat view fetches: what the cache answers costs nothing."""
    page.goto(path)
    _settled(page)
    page.wait_for_timeout(300)
    total = page.evaluate(
        "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
        ".filter((e) => e.transferSize > 0).reduce((sum, e) => sum + e.encodedBodySize, 0)"
    )
    return int(total)


def _tab_to(page: Page, role: str, name: str, *, limit: int = 60) -> None:
    """Press Tab until the named element has the focus, which must be visible on the way."""
    target = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    for _ in range(limit):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            outline = target.evaluate(
                "(e) => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow"
            )
            assert outline != "nonenone", f"{name} shows no focus"
            return
    raise AssertionError(f"Tab never reached {role} “{name}”")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_whole_flow_by_keyboard(new_context: NewContext, portal: Portal, width: int) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    known = len(portal.mails("ada@example.com"))
    page.goto("/login/")
    if not page.get_by_role("textbox", name="Email").evaluate(
        "(e) => e === document.activeElement"
    ):
        _tab_to(page, "textbox", "Email")
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()
    if not page.get_by_role("textbox", name="Code").evaluate("(e) => e === document.activeElement"):
        _tab_to(page, "textbox", "Code")
    page.keyboard.type(portal.code_for("ada@example.com", known=known))
    page.keyboard.press("Enter")
    expect(page).to_have_url("/orders/")
    _settled(page)
    _tab_to(page, "link", "Manage Trading Room")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trading Room", level=1)).to_be_visible()
    _tab_to(page, "button", "Profile")
    page.keyboard.press("Enter")
    _tab_to(page, "link", "Account")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/account/")
    _settled(page)
    _tab_to(page, "button", "Profile")
    page.keyboard.press("Enter")
    _tab_to(page, "button", "Sign out")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/login/")
