"""Documents of what an account really billed: the demo world's, drawn and read back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import httpx
import pypdf
import pytest
import stripe
from sqlmodel import select

from portal_app.demo.control import SandboxControl
from portal_app.demo.world import create_world
from portal_app.ingest.importer import sync
from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.invoices.documents.receipt import receipt_document
from portal_app.invoices.documents.rows import read_invoice, read_receipt
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentStatus
from portal_app.kit.db import Database
from portal_app.kit.money import Money
from portal_app.provider.errors import ProviderUnavailable, UnknownAtProvider
from portal_app.provider.stripe.transport import StripeTransport
from portal_app.provider.stripe_adapter import StripeProvider
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.ui.reader import Reader
from tests.conftest import NOW, Clocks
from tests.provider.adapter.account import customer, price
from tests.provider.sandbox_server import KEY, SandboxServer, free_port

EN = Reader("en")


def flat(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def read_back(content: bytes) -> str:
    return flat(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages))


async def _all(db: Database, model: type[Any]) -> Sequence[Any]:
    async with db.reading() as session:
        return (await session.scalars(select(model))).all()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_invoice_and_payment_of_the_demo_world_is_drawn(
    sandbox: SandboxServer, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    sandbox.reset()
    transport = StripeTransport()
    writer = stripe.StripeClient(
        KEY,
        base_addresses={"api": sandbox.origin},  # type: ignore[typeddict-item]
        http_client=transport,
    )
    await create_world(writer, SandboxControl(sandbox.origin, KEY), NOW)
    await transport.close_async()
    await sync(provider, companies, progress=lambda _kind, _count: None)
    issued = [one for one in await _all(companies, Invoice) if one.status != InvoiceStatus.DRAFT]
    lines = await _all(companies, InvoiceLine)
    assert len(issued) > 40
    assert {one.currency for one in issued} >= {"USD", "EUR", "JPY", "KWD"}
    for invoice in issued:
        await _invoice(companies, invoice, [one for one in lines if one.invoice_id == invoice.id])
    for payment in await _all(companies, Payment):
        await _receipt(companies, payment)


async def _invoice(db: Database, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    async with db.reading() as session:
        rows = await read_invoice(session, invoice.id, None)
    assert rows is not None
    text = read_back(render_pdf(invoice_document(EN, rows)))
    assert invoice.number in text
    shown = [line.amount_minor for line in lines]
    shown += [invoice.subtotal_minor, invoice.total_minor, invoice.amount_paid_minor]
    for minor in shown:
        assert flat(EN.money(Money(minor, invoice.currency))) in text, invoice.id
    assert all(flat(line.description) in text for line in lines)


async def _receipt(db: Database, payment: Payment) -> None:
    async with db.reading() as session:
        rows = await read_receipt(session, payment.id, None)
    assert (rows is not None) is (payment.status == PaymentStatus.SUCCEEDED)
    if rows is not None:
        text = read_back(render_pdf(receipt_document(EN, rows)))
        assert flat(EN.money(payment.amount)) in text


async def test_stripes_own_pdf_is_where_it_says(
    sandbox: SandboxServer, client: stripe.StripeClient
) -> None:
    sandbox.reset()
    ada = customer(client)
    items: Any = [{"price": price(client, 2900)}]
    client.v1.subscriptions.create({"customer": ada.id, "items": items})
    (billed,) = client.v1.invoices.list({"customer": ada.id}).data
    writer = StripeWriter(KEY, sandbox.origin)
    address = await writer.invoice_pdf_address(billed.id or "")
    with pytest.raises(UnknownAtProvider):
        await writer.invoice_pdf_address("in_nobodys")
    await writer.close()
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert str(billed.number) in read_back(answer.content)


async def test_a_provider_that_is_away_is_told_as_such() -> None:
    writer = StripeWriter(KEY, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProviderUnavailable):
        await asyncio.wait_for(writer.invoice_pdf_address("in_1"), 30)
    await writer.close()
