"""The listener that every browser test runs under would notice a violation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Watch
from tests.portal_server import Portal

INLINE_SCRIPT = """() => {
  const script = document.createElement('script');
  script.textContent = 'window.ran = true';
  document.head.append(script);
}"""
BREACHES = {
    "script-src": INLINE_SCRIPT,
    "style-src": "() => document.body.setAttribute('style', 'color: red')",
    "img-src": "() => { new Image().src = 'http://127.0.0.1:9/x.png' }",
    "connect-src": "() => fetch('http://127.0.0.1:9/').catch(() => null)",
    "frame-src": "() => { document.body.append(document.createElement('iframe')); "
    "document.querySelector('iframe').src = 'http://127.0.0.1:9/' }",
    "base-uri": "() => { const base = document.createElement('base'); "
    "base.href = 'http://127.0.0.1:9/'; document.head.append(base) }",
}


@pytest.fixture
def own_watch(browser: Browser, portal: Portal) -> Watch:
    """Like `watch`, but what it finds is the point."""
    return Watch(browser, portal.origin)


def opened(watch: Watch, path: str) -> Page:
    page = watch.new_context().new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert watch.findings() == []
    return page


@pytest.mark.parametrize("directive", BREACHES)
@pytest.mark.parametrize("path", ["/login/", "/no-such-page/"])
def test_a_breach_is_found(own_watch: Watch, directive: str, path: str) -> None:
    page = opened(own_watch, path)
    page.evaluate(BREACHES[directive])
    page.wait_for_timeout(200)
    found = " ".join(own_watch.findings())
    own_watch.close()
    # A directive that a policy does not name falls back to the default one.
    assert directive in found or "default-src" in found


def test_a_breach_is_found_after_the_document_has_gone(own_watch: Watch) -> None:
    page = opened(own_watch, "/login/")
    page.evaluate(INLINE_SCRIPT)
    page.goto("/no-such-page/")
    found = " ".join(own_watch.findings())
    own_watch.close()
    assert "Content Security Policy" in found


def test_an_error_of_a_script_is_found(own_watch: Watch) -> None:
    page = opened(own_watch, "/login/")
    page.evaluate("() => { setTimeout(() => { throw new Error('broken page') }, 0) }")
    page.wait_for_timeout(200)
    found = " ".join(own_watch.findings())
    own_watch.close()
    assert "broken page" in found
