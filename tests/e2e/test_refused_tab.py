"""A tab whose socket is refused says so in the banner and comes back by itself."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal_app.kit.http.socket_limits import SocketLimits
from tests.e2e.conftest import Watch
from tests.portal_server import Portal

LIMITS = SocketLimits()
# Keeps the page's socket, so that the test can misuse it as a broken page would.
KEEP_SOCKET = """
const Native = window.WebSocket;
window.__sockets = [];
window.__closed = [];
window.WebSocket = class extends Native {
  constructor(...given) {
    super(...given);
    window.__sockets.push(this);
    this.addEventListener('close', (event) => window.__closed.push([event.code, event.reason]));
  }
};
"""
FLOOD = "(count) => { for (let n = 0; n < count; n++) window.__sockets.at(-1).send('3') }"


def test_a_flooding_tab_sees_the_banner_and_recovers(
    browser: Browser, portal: Portal, sign_in: Callable[..., None]
) -> None:
    watch = Watch(browser, portal.origin)
    context = watch.new_context()
    context.add_init_script(KEEP_SOCKET)
    page = context.new_page()
    sign_in(page, "ada@example.com")
    expect(page.get_by_role("link", name="Manage Trading Room").first).to_be_visible()
    page.evaluate(FLOOD, LIMITS.burst + 1)
    banner = page.get_by_role("alert").filter(has_text="Connection lost")
    expect(banner).to_be_visible()
    assert page.evaluate("window.__closed[0]") == [1013, "too many messages, try again later"]
    expect(banner).to_be_hidden(timeout=20_000)
    _follow_a_link(page)
    # Chromium calls a refused handshake an error; nothing else went wrong.
    assert [one for one in watch.findings() if "WebSocket" not in one] == []
    watch.close()


def _follow_a_link(page: Page) -> None:
    """What needs the socket works again."""
    page.get_by_role("link", name="Manage Trading Room").first.click()
    expect(page.get_by_role("heading", level=1, name="Trading Room")).to_be_visible()


def test_real_use_stays_far_below_the_burst(
    new_context: Callable[..., BrowserContext], sign_in: Callable[..., None]
) -> None:
    """Going through every page in a hurry costs a small part of what a tab may send at once."""
    context = new_context()
    sent: list[object] = []

    def keep(frame: object) -> None:
        sent.append(frame)

    def listen(page: Page) -> None:
        page.on("websocket", lambda socket: socket.on("framesent", keep))

    context.on("page", listen)
    page = context.new_page()
    sign_in(page, "ada@example.com")
    for _ in range(5):
        _follow_a_link(page)
        page.go_back()
        expect(page.get_by_role("link", name="Manage Trading Room").first).to_be_visible()
    assert 5 <= len(sent) <= LIMITS.burst / 4
