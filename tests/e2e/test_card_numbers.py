"""A card number that somebody types is nowhere with us afterwards, nor on the way.

Looked through are our document, what the browser keeps for us, every request body and socket frame
but the sandbox's own API, the log, and the portal's database with its write-ahead log. The
sandbox's own file plays Stripe's part, who does keep the number; it is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request, WebSocket, expect

from tests.card_numbers import card_numbers
from tests.e2e.payment_frame import CHALLENGED, DECLINED, VISA, PaymentPage
from tests.e2e.shoppers import Shopper
from tests.e2e.test_add_method import heard
from tests.portal_server import Portal

STRIPE = "/sandbox/stripe/"
# Our document with the values of its inputs, and what it keeps. Frames are the provider's.
KEPT = """() => JSON.stringify([
  document.documentElement.outerHTML,
  [...document.querySelectorAll('input, textarea, select')].map((field) => field.value),
  {...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state,
])"""


@dataclass
class Wire:
    """What a page sent us and heard over its sockets; *typed* is what it sent to Stripe."""

    ours: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("websocket", self._socket)

    def _request(self, request: Request) -> None:
        sent = self.typed if STRIPE in request.url else self.ours
        sent.append(f"{request.url} {request.post_data or ''}")

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.ours.append(str(frame)))
        socket.on("framereceived", lambda frame: self.ours.append(str(frame)))


def numbers_in(texts: list[str]) -> set[str]:
    return {number for text in texts for number in card_numbers(text)}


def kept_by(portal: Portal) -> set[str]:
    """In the log, in every cell of the database, and in its files byte by byte."""
    folder, texts = portal.data_dir, [portal.log.read_text(errors="replace")]
    texts += [str(cell) for rows in portal.rows().values() for row in rows for cell in row]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"portal.db", "portal.db-wal"} <= {path.name for path in files}
    raw = [
        path.read_bytes().decode("latin-1")
        for path in files
        if not path.name.startswith("sandbox.db")
    ]
    packed = {number for text in raw for number in card_numbers(text, packed=True)}
    return numbers_in(texts) | packed


def test_a_typed_number_stays_with_the_provider(
    shopper: Callable[..., Shopper], card_page: Callable[..., PaymentPage]
) -> None:
    one = shopper("private")
    form, wire = card_page(one), Wire()
    wire.listen(form.page)
    form.page.reload()
    kept = []
    for number in (DECLINED, CHALLENGED, VISA):
        form.wait().type_card(number)
        kept.append(form.page.evaluate(KEPT))
        form.submit.click()
        if number == CHALLENGED:
            form.answer_bank("Fail")
        if number != VISA:
            expect(form.problem).not_to_be_empty()
            kept.append(form.page.evaluate(KEPT))
    heard(form.page, "Visa ending 4242 was added.")
    kept.append(form.page.evaluate(KEPT))
    # The walker sees what goes to Stripe, so it would have seen it elsewhere.
    assert numbers_in(wire.typed) == {DECLINED, CHALLENGED, VISA}
    assert any("_event" in sent for sent in wire.ours)
    assert numbers_in(wire.ours) == set()
    assert numbers_in(kept) == set()
    assert kept_by(one.portal) == set()


def test_no_input_of_ours_asks_for_a_card(
    shopper: Callable[..., Shopper], card_page: Callable[..., PaymentPage]
) -> None:
    form = card_page(shopper("inputs"))
    asked = "input[autocomplete^=cc-], input[name*=card i], input[inputmode=numeric]"
    expect(form.page.locator(asked)).to_have_count(0)
    assert form.fields.locator(asked).count() == 3
