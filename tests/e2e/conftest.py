"""A browser with a listener for CSP violations, and a way to sign in through the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.payment_frame import PaymentPage
from tests.e2e.shoppers import Shopper, new_shopper
from tests.portal_server import Portal

LISTENER = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (e) => {
  const what = `${e.effectiveDirective}: ${e.blockedURI} ${e.sample}`;
  window.__violations.push(`${what} at ${e.sourceFile}`);
});
window.__cls = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__cls += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """Makes contexts and keeps what their pages did against the policy, or broke with."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.browser = browser
        self.origin = origin
        self.contexts: list[BrowserContext] = []
        self.heard: list[str] = []

    def new_context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(base_url=self.origin, **options)
        context.add_init_script(LISTENER)
        context.on("page", lambda page: page.on("console", lambda m: self._note(m.type, m.text)))
        context.on("weberror", lambda error: self.heard.append(str(error.error)))
        self.contexts.append(context)
        return context

    def findings(self) -> list[str]:
        """What was heard so far, and what the open documents hold."""
        pages = [page for context in self.contexts for page in context.pages]
        held = [one for page in pages for one in page.evaluate("window.__violations || []")]
        return self.heard + held

    def drained(self) -> list[str]:
        """The findings, each told once."""
        found, self.heard = self.findings(), []
        for context in self.contexts:
            for page in context.pages:
                page.evaluate("window.__violations = []")
        return found

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _note(self, kind: str, text: str) -> None:
        # A refusal is a page here, and some tests cut the wire; any other error is one.
        meant = (
            "the server responded with a status of 4",
            "WebSocket connection to ",
            "net::ERR_INTERNET_DISCONNECTED",
        )
        if kind == "error" and not any(words in text for words in meant):
            self.heard.append(text)


@pytest.fixture
def watch(browser: Browser, portal: Portal) -> Iterator[Watch]:
    """At the end of a test no page of its contexts may have broken the policy."""
    watch = Watch(browser, portal.origin)
    yield watch
    findings = watch.findings()
    watch.close()
    assert findings == []


@pytest.fixture
def new_context(watch: Watch) -> Callable[..., BrowserContext]:
    return watch.new_context


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture
def sign_in(portal: Portal) -> Callable[..., None]:
    """Sign in through the page that is (or is then) open, and land where it leads."""

    def through_the_page(page: Page, email: str, *, url: str = "/login/") -> None:
        known = len(portal.mails(email))
        page.goto(url)
        page.get_by_role("textbox", name="Email").fill(email)
        page.get_by_role("button", name="Send code").click()
        page.get_by_role("textbox", name="Code").fill(portal.code_for(email, known=known))
        page.get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(f"{portal.origin}/login/")

    return through_the_page


@pytest.fixture
def shopper(portal: Portal) -> Iterator[Callable[..., Shopper]]:
    """Makes somebody new with a card, a membership and nobody else's business."""
    with ExitStack() as shoppers:
        yield lambda name, **given: shoppers.enter_context(new_shopper(portal, name, **given))


@pytest.fixture
def card_page(
    portal: Portal, new_context: Callable[..., BrowserContext]
) -> Callable[..., PaymentPage]:
    """The page that adds a payment method, open and ready for somebody who has signed in."""

    def opened(
        shopper: Shopper, path: str = "/payment-methods/add/", **options: Any
    ) -> PaymentPage:
        context = new_context(**options)
        cookies = portal.sign_in(shopper.email).cookies.items()
        context.add_cookies(
            [{"name": name, "value": value, "url": portal.origin} for name, value in cookies]
        )
        page = context.new_page()
        page.goto(path)
        return PaymentPage(page).wait()

    return opened
