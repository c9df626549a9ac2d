"""A browser with a listener for CSP violations, and a way to sign in through the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

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


@pytest.fixture
def new_context(browser: Browser, portal: Portal) -> Iterator[Callable[..., BrowserContext]]:
    """Contexts of this test; at the end no page of theirs may have broken the policy."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=portal.origin, **options)
        context.add_init_script(LISTENER)
        context.on("page", lambda page: page.on("console", lambda m: _note(m.type, m.text, broken)))
        context.on("weberror", lambda error: broken.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        for page in context.pages:
            broken += page.evaluate("window.__violations || []")
        context.close()
    assert broken == []


def _note(kind: str, text: str, broken: list[str]) -> None:
    # A refusal is a page here, and one test cuts the socket; any other error is one.
    meant = ("the server responded with a status of 4", "WebSocket connection to ")
    if kind == "error" and not any(words in text for words in meant):
        broken.append(text)


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
