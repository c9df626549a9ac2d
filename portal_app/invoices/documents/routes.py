"""Invoices and receipts over HTTP: as PDF, as a page, and Stripe's own PDF.

Whether a document exists is found out by the very query that asks whose it is, and nothing is
drawn before: somebody else's id takes the same way as one that never was.
"""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from portal_app.branding.published import looks
from portal_app.branding.service import page_brand
from portal_app.invoices.documents import html
from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.model import Document, Kind
from portal_app.invoices.documents.receipt import receipt_document
from portal_app.invoices.documents.rows import read_invoice, read_receipt
from portal_app.invoices.documents.visit import Visit
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.kit.ids import has_prefix
from portal_app.memberships.service import bought_with
from portal_app.provider.current import provider

router = APIRouter(include_in_schema=False)
log = logging.getLogger(__name__)
_READ: Final = ["GET", "HEAD"]
_PREFIXES: Final[dict[Kind, str]] = {"invoice": "inv", "receipt": "pay"}


@router.api_route("/invoices/{invoice_id}/stripe.pdf", methods=_READ)
async def stripe_pdf(request: Request, invoice_id: str) -> Response:
    """On to Stripe's own PDF, by an address asked for just now: those expire."""
    visit = await Visit.of(request, invoice_id)
    if visit.is_stranger:
        return html.refused(request, visit)
    rows = None
    if has_prefix(invoice_id, "inv"):
        async with database().reading() as session:
            rows = await read_invoice(session, invoice_id, visit.asks_as)
    if rows is None:
        return html.not_found(request, visit)
    try:
        address = await provider().invoice_pdf_address(rows.invoice.stripe_invoice_id)
    except NotFound:
        address = ""
    except PortalError as refused:
        log.warning("Stripe's PDF can't be had", exc_info=refused)
        return html.stripe_is_away(request, visit, invoice_id)
    if urlsplit(address).scheme not in {"https", "http"}:
        return html.stripe_has_none(request, visit, invoice_id)
    return RedirectResponse(address, status_code=303, headers=dict(html.PRIVATE))


@router.api_route("/invoices/{document_id}.pdf", methods=_READ)
async def invoice_pdf(request: Request, document_id: str) -> Response:
    return await _pdf(request, "invoice", document_id)


@router.api_route("/receipts/{document_id}.pdf", methods=_READ)
async def receipt_pdf(request: Request, document_id: str) -> Response:
    return await _pdf(request, "receipt", document_id)


@router.api_route("/invoices/{document_id}/", methods=_READ)
async def invoice_page(request: Request, document_id: str) -> Response:
    return await _page(request, "invoice", document_id)


@router.api_route("/receipts/{document_id}/", methods=_READ)
async def receipt_page(request: Request, document_id: str) -> Response:
    return await _page(request, "receipt", document_id)


async def _pdf(request: Request, kind: Kind, document_id: str) -> Response:
    visit = await Visit.of(request, document_id)
    if visit.is_stranger:
        return html.refused(request, visit)
    document = await _find(kind, document_id, visit)
    if document is None:
        return html.not_found(request, visit)
    return await html.document_pdf(request, document)


async def _page(request: Request, kind: Kind, document_id: str) -> Response:
    visit = await Visit.of(request, document_id)
    if visit.is_stranger:
        return html.refused(request, visit)
    document = await _find(kind, document_id, visit)
    if document is None:
        return html.not_found(request, visit)
    brand = await page_brand(document.company_id, product_id=document.product_id)
    return html.document_page(request, visit, document, brand=brand)


async def _find(kind: Kind, document_id: str, visit: Visit) -> Document | None:
    if not has_prefix(document_id, _PREFIXES[kind]):
        return None
    await looks.refresh()
    async with database().reading() as session:
        if kind == "invoice":
            billed = await read_invoice(session, document_id, visit.asks_as)
            return invoice_document(visit.reader, billed) if billed else None
        paid = await read_receipt(session, document_id, visit.asks_as)
        if paid is None:
            return None
        alone = paid.invoice is None
        intent_id = paid.payment.stripe_payment_intent_id
        bought = await bought_with(session, intent_id) if alone else ""
        return receipt_document(visit.reader, paid, bought)
