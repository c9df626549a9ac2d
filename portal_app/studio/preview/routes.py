"""Mails and the PDF of the preview, as frames of ours show them: sample data, and nobody's secrets.

What a mail may do is what its policy says: style itself, and be shown by our own pages only.
"""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding import publishing, sharing, stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.repository import own_text
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.creators import creator_at
from portal_app.catalog.models import Company
from portal_app.catalog.policies import policy_of
from portal_app.identity.sessions import find_actor
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.kit.clock import business_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.studio.errors import NoSuchPage
from portal_app.studio.preview.look import opened, opened_policies
from portal_app.studio.preview.papers import MAILS, PDF, Dressed, sample_document, sample_mail
from portal_app.studio.preview.views import OWN_CSS
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader

router = APIRouter(include_in_schema=False)
_READ: Final = ["GET", "HEAD"]
_MAIL: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
_PDF: Final = "default-src 'none'; frame-ancestors 'self'"
_DARK: Final = "@media (prefers-color-scheme: dark)"


@router.api_route("/studio/preview/{paper}", methods=_READ)
async def typed_look(
    request: Request,
    paper: str,
    *,
    company: str = "",
    look: str = "",
    policies: str = "",
    holds: str = "",
) -> Response:
    """In the look that a creator has typed (*look*, sealed), else in what was saved last.

    With *holds* in what is published, whatever draft there is. *policies* are those that they have
    typed, sealed too, else those that hold.
    """
    try:
        actor = await find_actor(request.headers.get("cookie", ""))
        creator = None if actor is None else await creator_at(actor, company)
        if creator is None:
            raise NoSuchPage
        # Without *company* it is their first one.
        at = creator.company_id
        async with database().reading() as session:
            stored = publishing.current_brand if holds else publishing.drafted_brand
            brand = opened(at, look) or await stored(session, at)
            typed = opened_policies(at, policies)
            return await _drawn(session, request, paper, await _dressed(session, at, brand, typed))
    except PortalError as refused:
        return _refused(refused)


@router.api_route("/preview/{token}/{paper}", methods=_READ)
async def shared_look(request: Request, token: str, paper: str) -> Response:
    """In the look that a link shows."""
    try:
        async with database().reading() as session:
            company_id, brand = await sharing.behind_preview(session, token)
            return await _drawn(session, request, paper, await _dressed(session, company_id, brand))
    except sharing.NoSuchPreview as refused:
        # A tab that is loaded again asks once more for the stylesheet that it had.
        return _stylesheet("") if paper == OWN_CSS else _refused(refused)
    except PortalError as refused:
        return _refused(refused)


async def _dressed(
    session: AsyncSession, company_id: str, brand: Brand, typed: Configuration | None = None
) -> Dressed:
    return Dressed(
        company=await session.get_one(Company, company_id),
        brand=brand,
        policies=typed or await policy_of(session, company_id, ""),
        now=business_now(),
    )


async def _drawn(session: AsyncSession, request: Request, paper: str, dressed: Dressed) -> Response:
    """Raises NoSuchPage for a paper that is none."""
    asked = request.query_params
    if paper == OWN_CSS:
        text = own_text(dressed.company.id, dressed.brand)
        return _stylesheet(stylesheet.own_sheet(text, ".preview-look"))
    reader = Reader(supported(asked.get("lang", "")))
    if paper == PDF:
        content = await asyncio.to_thread(render_pdf, sample_document(dressed, reader))
        return Response(content, media_type="application/pdf", headers=_headers(_PDF))
    kind = paper.removesuffix(".html")
    if paper == kind or kind not in MAILS:
        raise NoSuchPage
    mail = await sample_mail(session, dressed, reader, kind)
    dark = asked.get("theme") == "dark"
    return Response(
        _in_theme(mail.html, dark=dark), media_type="text/html", headers=_headers(_MAIL)
    )


def _stylesheet(css: str) -> Response:
    return Response(css, media_type="text/css", headers={"Cache-Control": "no-store"})


def _in_theme(html: str, *, dark: bool) -> str:
    """The mail as a mailbox in light or in dark shows it, whatever this browser prefers."""
    html = html.replace(_DARK, "@media all" if dark else "@media not all")
    return html.replace('content="light dark"', f'content="{"dark" if dark else "light"}"')


def _headers(policy: str) -> dict[str, str]:
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store"}


def _refused(refused: PortalError) -> Response:
    """In one sentence: nobody but a frame asks, and it must not repeat the link."""
    headers = {"Cache-Control": "no-store"}
    return Response(refused.sentence, refused.status, media_type="text/plain", headers=headers)
