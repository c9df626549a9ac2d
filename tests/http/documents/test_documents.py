"""Invoices and receipts for who paid them, for a link's holder, and for nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.branding.brand import Brand
from portal_app.branding.published import looks
from portal_app.branding.publishing import publish_brand
from portal_app.identity.actor import ActorKind, Author
from portal_app.invoices.documents import html, routes
from portal_app.invoices.documents.links import LIVES_FOR, link_query
from portal_app.invoices.models import Invoice
from portal_app.kit.db import Database
from portal_app.kit.tokens import derive_token
from portal_app.provider import current
from portal_app.provider.errors import ProviderUnavailable, UnknownAtProvider
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.http.documents.conftest import Sales, Sold
from tests.unit.invoices.documents.sold import opened, text_of


def own(sold: Sold) -> list[str]:
    """Every address of a person's documents."""
    return [
        f"/invoices/{sold.invoice}.pdf",
        f"/invoices/{sold.invoice}/",
        f"/receipts/{sold.payment}.pdf",
        f"/receipts/{sold.payment}/",
        f"/receipts/{sold.alone}.pdf",
    ]


def signed_in(sold: Sold) -> dict[str, str]:
    return {"cookie": sold.cookie}


def link(document_id: str, clocks: Clocks) -> str:
    return link_query(get_settings().secret_key, document_id, clocks.wall.now() + LIVES_FOR)


async def test_who_paid_gets_the_documents(visitor: httpx.AsyncClient, sales: Sales) -> None:
    for address in own(sales.ada):
        answer = await visitor.get(address, headers=signed_in(sales.ada))
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "no-store"


async def test_a_page_wears_the_look_of_who_sold(
    visitor: httpx.AsyncClient, sales: Sales, db: Database
) -> None:
    look = Brand(wordmark="Acme & Sons", accent="#7c3aed")
    async with db.unit_of_work() as session:
        company_id = (await session.get_one(Invoice, sales.ada.invoice)).company_id
        assert company_id
        await publish_brand(session, company_id, look, Author(ActorKind.OPERATOR))
    await looks.refresh(at_most_every=0)
    pages = [
        (await visitor.get(address, headers=signed_in(sold))).text
        for sold in (sales.ada, sales.ben)
        for address in (f"/invoices/{sold.invoice}/", f"/receipts/{sold.payment}/")
    ]
    worn = [f"/brand/{company_id}.css" in page and "Acme &amp; Sons</a>" in page for page in pages]
    assert worn == [True, True, False, False]


async def test_the_pdf_is_the_invoice(visitor: httpx.AsyncClient, sales: Sales) -> None:
    address = f"/invoices/{sales.ada.invoice}.pdf"
    answer = await visitor.get(address, headers=signed_in(sales.ada))
    assert answer.headers["content-type"] == "application/pdf"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('inline; filename="invoice-')
    text = text_of(answer.content)
    assert "$29.00" in text
    assert "1 × Trading Room" in text
    letter = await visitor.get(f"{address}?paper=letter", headers=signed_in(sales.ada))
    assert round(opened(letter.content).pages[0].mediabox.width) == 612


async def test_a_purchase_without_an_invoice_has_a_receipt_that_says_what_it_was(
    visitor: httpx.AsyncClient, sales: Sales
) -> None:
    answer = await visitor.get(f"/receipts/{sales.ada.alone}.pdf", headers=signed_in(sales.ada))
    assert "Library" in text_of(answer.content)


async def test_the_page_is_in_the_readers_language_and_leads_to_the_pdf(
    visitor: httpx.AsyncClient, sales: Sales
) -> None:
    headers = {"cookie": f"{sales.ada.cookie}; portal_lang=de"}
    answer = await visitor.get(f"/invoices/{sales.ada.invoice}/", headers=headers)
    assert '<html lang="de"' in answer.text
    assert "Rechnung" in answer.text
    assert f'href="/invoices/{sales.ada.invoice}.pdf"' in answer.text
    assert f'href="/invoices/{sales.ada.invoice}/stripe.pdf"' in answer.text


async def test_strangers_are_sent_to_sign_in_whatever_the_id(
    visitor: httpx.AsyncClient, sales: Sales
) -> None:
    for address in (*own(sales.ada), "/invoices/inv_nobodys.pdf", "/receipts/x/"):
        answer = await visitor.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login/?next={address}")


def strange(sales: Sales) -> list[tuple[str, str]]:
    """Pairs: somebody else's (or nobody's yet) document, and one that never was."""
    ben, ada = sales.ben, sales.ada
    pairs = [
        *((f"/invoices/{ben.invoice}", "/invoices/inv_AAAAAAAAAAAAAAAAAAAAAA"),),
        *((f"/receipts/{ben.payment}", "/receipts/pay_AAAAAAAAAAAAAAAAAAAAAA"),),
        *((f"/receipts/{ben.alone}", "/receipts/pay_AAAAAAAAAAAAAAAAAAAAAA"),),
        *((f"/invoices/{ada.draft}", "/invoices/inv_AAAAAAAAAAAAAAAAAAAAAA"),),
        *((f"/receipts/{ada.failed}", "/receipts/pay_AAAAAAAAAAAAAAAAAAAAAA"),),
        *((f"/invoices/{ben.payment}", f"/invoices/{ben.stripe_invoice}"),),
    ]
    return [(f"{one}{end}", f"{other}{end}") for one, other in pairs for end in (".pdf", "/")]


def shown(answer: httpx.Response, path: str) -> Any:
    """All that a stranger sees; a page repeats the path that it was asked for."""
    assert path.encode() not in answer.content
    return answer.status_code, dict(answer.headers), answer.content


async def test_somebody_elses_document_is_like_one_that_never_was(
    visitor: httpx.AsyncClient, sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError("something was drawn for a stranger")

    monkeypatch.setattr(html, "render_pdf", never)
    monkeypatch.setattr(routes, "invoice_document", never)
    monkeypatch.setattr(routes, "receipt_document", never)
    for theirs, nobodys in strange(sales):
        first = await visitor.get(theirs, headers=signed_in(sales.ada))
        second = await visitor.get(nobodys, headers=signed_in(sales.ada))
        assert first.status_code == 404
        assert shown(first, theirs) == shown(second, nobodys)
        assert "ada@example.com" in first.text


async def test_stripes_copy_of_somebody_else_is_like_one_that_never_was(
    visitor: httpx.AsyncClient, sales: Sales
) -> None:
    current.install(NoProvider())  # type: ignore[arg-type]
    answers = [
        await visitor.get(f"/invoices/{name}/stripe.pdf", headers=signed_in(sales.ada))
        for name in (sales.ben.invoice, "inv_AAAAAAAAAAAAAAAAAAAAAA", sales.ada.draft, "x")
    ]
    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}


async def test_a_link_opens_its_document_without_a_session(
    visitor: httpx.AsyncClient, sales: Sales, clocks: Clocks
) -> None:
    query = link(sales.ada.payment, clocks)
    pdf = await visitor.get(f"/receipts/{sales.ada.payment}.pdf?{query}")
    assert text_of(pdf.content).startswith("Acme Receipt")
    page = await visitor.get(f"/receipts/{sales.ada.payment}/?{query}")
    assert f'/receipts/{sales.ada.payment}.pdf?{query.replace("&", "&amp;")}"' in page.text
    # Ben may be signed in: the link is what opens it.
    ben = await visitor.get(f"/receipts/{sales.ada.payment}/?{query}", headers=signed_in(sales.ben))
    assert ben.status_code == 200


async def test_a_link_opens_nothing_else_and_not_for_ever(
    visitor: httpx.AsyncClient, sales: Sales, clocks: Clocks
) -> None:
    query = link(sales.ada.payment, clocks)
    longer = query.replace("expires=1", "expires=2")
    guessed = f"expires=9999999999&token={derive_token(b'guess', 'document-link', 'x')}"
    tried = [
        f"/receipts/{sales.ada.alone}.pdf?{query}",
        f"/receipts/{sales.ben.payment}.pdf?{query}",
        f"/receipts/pay_nobodys.pdf?{query}",
        f"/invoices/{sales.ada.invoice}.pdf?{query}",
        f"/receipts/{sales.ada.payment}.pdf?{longer}",
        f"/receipts/{sales.ada.payment}.pdf?{guessed}",
        f"/receipts/{sales.ada.payment}.pdf?token=&expires=",
        f"/receipts/{sales.ada.payment}.pdf?token=é&expires=٣",
        f"/receipts/{sales.ada.payment}.pdf?{query}&token=x",
    ]
    answers = [await visitor.get(one) for one in tried]
    clocks.wall.advance(LIVES_FOR)
    answers.append(await visitor.get(f"/receipts/{sales.ada.payment}.pdf?{query}"))
    seen = {(one.status_code, one.content) for one in answers}
    assert seen == {(404, answers[0].content)}
    assert "more" in answers[0].text


async def test_business_time_does_not_lengthen_a_link(
    visitor: httpx.AsyncClient, sales: Sales, clocks: Clocks
) -> None:
    query = link(sales.ada.payment, clocks)
    clocks.business.advance(timedelta(days=400))
    assert (await visitor.get(f"/receipts/{sales.ada.payment}.pdf?{query}")).status_code == 200


class NoProvider:
    """Nobody may ask it."""


class Provider:
    def __init__(self, answer: str | Exception) -> None:
        self.answer, self.asked = answer, list[str]()

    async def invoice_pdf_address(self, invoice_id: str) -> str:
        self.asked.append(invoice_id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_stripes_copy_is_asked_for_at_the_click(
    visitor: httpx.AsyncClient, sales: Sales
) -> None:
    stripe = Provider("https://pay.stripe.com/invoice/1/pdf")
    current.install(stripe)  # type: ignore[arg-type]
    address = f"/invoices/{sales.ada.invoice}/stripe.pdf"
    answer = await visitor.get(address, headers=signed_in(sales.ada))
    assert (answer.status_code, answer.headers["location"]) == (303, stripe.answer)
    assert stripe.asked == [sales.ada.stripe_invoice]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (ProviderUnavailable("away"), 503),
        (UnknownAtProvider("gone"), 404),
        ("", 404),
        ("javascript:alert(1)", 404),
    ],
)
async def test_without_stripes_copy_a_page_offers_ours(
    visitor: httpx.AsyncClient, sales: Sales, answer: str | Exception, status: int
) -> None:
    current.install(Provider(answer))  # type: ignore[arg-type]
    address = f"/invoices/{sales.ada.invoice}/stripe.pdf"
    told = await visitor.get(address, headers=signed_in(sales.ada))
    assert told.status_code == status
    assert f'href="/invoices/{sales.ada.invoice}.pdf"' in told.text
