"""Documents as answers: pages that need no script and print well, PDFs, and refusals."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.paper import named
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.invoices.documents.visit import Visit
from portal_app.ui.catalogue import direction, supported, translate
from portal_app.ui.server_pages import render

PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_FOLDER: Final = "invoices/documents/templates"


def document_page(
    request: Request,
    visit: Visit,
    document: Document,
    *,
    brand: object,
    back: tuple[str, str] | None = None,
    lead: str = "",
) -> Response:
    """*back* is label and address of where whoever is signed in came from, *lead* stands on top.

    *brand* is what the page wears: the `PageBrand` of who sold, which the route asks for, since
    branding knows memberships and invoices must not.
    """
    label, address = back or (visit.reader.say("Billing history"), "/billing/history/")
    start = f"/{document.kind}s/{document.id}"
    return _rendered(
        "document.html",
        request,
        visit,
        document=document,
        brand=brand,
        pdf=f"{start}.pdf{visit.link}",
        stripe_pdf=f"{start}/stripe.pdf{visit.link}" if document.kind == "invoice" else "",
        back=address if visit.actor else "",
        back_label=label,
        lead=lead,
        here=f"{start}/{visit.link}",
    )


async def document_pdf(request: Request, document: Document) -> Response:
    paper = named(request.query_params.get("paper"))
    # Drawing takes a twentieth of a second, in which the loop serves others.
    content = await asyncio.to_thread(render_pdf, document, paper)
    headers = {**PRIVATE, "Content-Disposition": f'inline; filename="{document.filename}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def refused(request: Request, visit: Visit) -> Response:
    """Nobody is signed in: to sign-in, or word that the link they hold opens nothing (any more)."""
    if visit.presented:
        return link_is_over(request, visit)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"/login/?next={quote(asked, safe='/')}"
    return RedirectResponse(target, status_code=303, headers=dict(PRIVATE))


def not_found(request: Request, visit: Visit) -> Response:
    """For an id that is nobody's and for one of somebody else's alike."""
    say = visit.reader.say
    return _told(
        request,
        visit,
        status=404,
        title=say("We can't find that document"),
        text=say("The address may be wrong, or it belongs to another account."),
    )


def link_is_over(request: Request, visit: Visit) -> Response:
    say = visit.reader.say
    return _told(
        request,
        visit,
        status=404,
        title=say("This link doesn't work any more"),
        text=say("Links to documents end after a while. Ask for a new one, or sign in."),
    )


def stripe_is_away(request: Request, visit: Visit, invoice_id: str) -> Response:
    say = visit.reader.say
    return _told(
        request,
        visit,
        status=503,
        title=say("Stripe's own PDF can't be had right now"),
        text=say("Try again in a few minutes. Our own copy of the invoice is here."),
        ours=f"/invoices/{invoice_id}.pdf{visit.link}",
    )


def stripe_has_none(request: Request, visit: Visit, invoice_id: str) -> Response:
    say = visit.reader.say
    return _told(
        request,
        visit,
        status=404,
        title=say("Stripe has no copy of this invoice"),
        text=say("Our own copy of the invoice is here."),
        ours=f"/invoices/{invoice_id}.pdf{visit.link}",
    )


def _told(
    request: Request, visit: Visit, *, status: int, title: str, text: str, ours: str = ""
) -> Response:
    return _rendered(
        "told.html",
        request,
        visit,
        status=status,
        heading=title,
        text=text,
        ours=ours,
        email=visit.actor.email if visit.actor else "",
        here="/login/",
    )


def _rendered(
    template: str,
    request: Request,
    visit: Visit,
    *,
    status: int = 200,
    **values: Any,  # noqa: ANN401 -- whatever the template names
) -> Response:
    """In the language of the document, which is the reader's."""
    locale = supported(visit.reader.locale)
    return render(
        f"{_FOLDER}/{template}",
        request,
        status=status,
        headers={"Cache-Control": PRIVATE["Cache-Control"]},
        _=partial(translate, locale),
        lang=locale,
        dir=direction(locale),
        **values,
    )
