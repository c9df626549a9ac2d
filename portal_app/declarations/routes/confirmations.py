"""`/confirmations/<id>…`: of `cncl_…` (cancelled), `decl_…` (declared), `trf_…` (transferred).

A page and a PDF. A session opens what its person held; a link opens one for a while. Whoever only
declared something gets to see what they typed, and nothing else. A transfer is for the sessions of
its two sides, each its own part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal_app.branding.published import looks
from portal_app.branding.service import page_brand
from portal_app.declarations.service.confirming import read_declaration
from portal_app.declarations.views.documents import declared_document, settled_document
from portal_app.invoices.documents import html
from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.visit import Visit
from portal_app.kit.db import database
from portal_app.kit.ids import has_prefix
from portal_app.memberships.service.confirming import read_cancellation
from portal_app.memberships.views.confirmation import confirmation_document
from portal_app.transfers.service import read_transfer
from portal_app.transfers.views import transfer_document

router = APIRouter(include_in_schema=False)
_READ: Final = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class _Found:
    """*back* is the holding that it is about; *lead* is said on top of the page."""

    document: Document
    back: str = ""
    lead: str = ""


@router.api_route("/confirmations/{document_id}.pdf", methods=_READ)
async def confirmation_pdf(request: Request, document_id: str) -> Response:
    visit = await Visit.of(request, document_id)
    if visit.is_stranger:
        return html.refused(request, visit)
    found = await _find(document_id, visit)
    if found is None:
        return html.not_found(request, visit)
    return await html.document_pdf(request, found.document)


@router.api_route("/confirmations/{document_id}/", methods=_READ)
async def confirmation_page(request: Request, document_id: str) -> Response:
    visit = await Visit.of(request, document_id)
    if visit.is_stranger:
        return html.refused(request, visit)
    found = await _find(document_id, visit)
    if found is None:
        return html.not_found(request, visit)
    say = visit.reader.say
    back = (say("Your membership"), f"/billing/manage/{found.back}/")
    if not found.back:
        back = (say("Orders"), "/orders/")
    brand = await page_brand(found.document.company_id, product_id=found.document.product_id)
    return html.document_page(
        request, visit, found.document, brand=brand, back=back, lead=found.lead
    )


async def _find(document_id: str, visit: Visit) -> _Found | None:
    await looks.refresh()
    for prefix, find in (("cncl", _cancelled), ("decl", _declared), ("trf", _transferred)):
        if has_prefix(document_id, prefix):
            return await find(document_id, visit)
    return None


async def _cancelled(cancellation_id: str, visit: Visit) -> _Found | None:
    async with database().reading() as session:
        cancelled = await read_cancellation(session, cancellation_id, visit.asks_as)
    if cancelled is None:
        return None
    document = confirmation_document(visit.reader, cancelled)
    return _Found(document, cancelled.cancellation.member_id)


async def _declared(declaration_id: str, visit: Visit) -> _Found | None:
    async with database().reading() as session:
        declared = await read_declaration(session, declaration_id, visit.asks_as)
    if declared is None:
        return None
    if visit.by_link:
        lead = visit.reader.say("It has arrived. A confirmation goes to your email address.")
        return _Found(declared_document(visit.reader, declared), lead=lead)
    document = settled_document(visit.reader, declared)
    return _Found(document, declared.declaration.member_id or "")


async def _transferred(transfer_id: str, visit: Visit) -> _Found | None:
    """Each side's own part; a link would have to say which side it is for, so that none opens."""
    if visit.asks_as is None:
        return None
    async with database().reading() as session:
        rows = await read_transfer(session, transfer_id, visit.asks_as)
    return _Found(transfer_document(visit.reader, rows), rows.holding.id) if rows else None
