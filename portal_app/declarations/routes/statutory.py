"""`/cancel/…` and `/withdraw/…`: what laws ask for, without sign-in and without JavaScript.

One page with everything that may be asked for and the button that sends it (§ 312k(2) BGB). No
answer depends on whether the address is a customer's: nobody is looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from portal_app.branding.service import page_brand
from portal_app.catalog.models import Company
from portal_app.declarations import repository
from portal_app.declarations.errors import CompanyNotFound, IncompleteForm
from portal_app.declarations.limits import admit_visitor
from portal_app.declarations.models import DeclarationKind
from portal_app.declarations.rules.form import read_form
from portal_app.declarations.service import Sent, declare
from portal_app.declarations.views.pages import Wording, wording_of
from portal_app.identity.errors import InvalidAddress
from portal_app.identity.service import checked_address
from portal_app.identity.sessions import find_actor
from portal_app.identity.visitor import Visitor
from portal_app.invoices.documents.links import LIVES_FOR, link_query
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.kit.tokens import new_token
from portal_app.settings import get_settings
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.reader import Reader
from portal_app.ui.server_pages import render

router = APIRouter(include_in_schema=False)
_READ: Final = ["GET", "HEAD"]
_TEMPLATES: Final = "declarations/templates"
_KINDS: Final = {
    "cancel": DeclarationKind.CANCELLATION,
    "withdraw": DeclarationKind.WITHDRAWAL,
}
_FIELDS: Final = ("name", "email", "contract", "how", "grounds", "wished_on")
_PATHS: Final = {kind: path for path, kind in _KINDS.items()}


@router.api_route("/cancel", methods=_READ)
@router.api_route("/withdraw", methods=_READ)
async def without_slash(request: Request) -> Response:
    return _see_other(f"{request.url.path}/")


@router.api_route("/cancel/", methods=_READ)
async def choose_for_cancel(request: Request) -> Response:
    return await _choose(request, DeclarationKind.CANCELLATION)


@router.api_route("/withdraw/", methods=_READ)
async def choose_for_withdraw(request: Request) -> Response:
    return await _choose(request, DeclarationKind.WITHDRAWAL)


@router.api_route("/cancel/{route}/", methods=_READ)
async def cancel_form(request: Request, route: str) -> Response:
    return await _form(request, DeclarationKind.CANCELLATION, route)


@router.api_route("/withdraw/{route}/", methods=_READ)
async def withdraw_form(request: Request, route: str) -> Response:
    return await _form(request, DeclarationKind.WITHDRAWAL, route)


@router.post("/cancel/{route}/")
async def cancel_now(request: Request, route: str) -> Response:
    return await _send(request, DeclarationKind.CANCELLATION, route)


@router.post("/withdraw/{route}/")
async def withdraw_now(request: Request, route: str) -> Response:
    return await _send(request, DeclarationKind.WITHDRAWAL, route)


async def _choose(request: Request, kind: DeclarationKind) -> Response:
    """Which business it is about; where there is one only, nobody is asked."""
    async with database().reading() as session:
        companies = await repository.companies(session)
    if len(companies) == 1:
        return _see_other(f"/{_PATHS[kind]}/{companies[0].route}/")
    return render(
        f"{_TEMPLATES}/choose.html",
        request,
        words=_words(request, kind),
        companies=[(one.title, f"/{_PATHS[kind]}/{one.route}/") for one in companies],
    )


async def _form(request: Request, kind: DeclarationKind, route: str) -> Response:
    try:
        company = await _company(route)
    except CompanyNotFound as unknown:
        return _unknown(request, kind, unknown)
    actor = await find_actor(request.headers.get("cookie", ""))
    typed = {
        "contract": request.query_params.get("contract", "")[:300],
        "email": actor.email if actor else "",
    }
    return await _page(request, kind, company, typed)


async def _send(request: Request, kind: DeclarationKind, route: str) -> Response:
    """303 to the confirmation, by a link that opens it for a while."""
    form: Mapping[str, str] = {}
    try:
        company = await _company(route)
    except CompanyNotFound as unknown:
        return _unknown(request, kind, unknown)
    try:
        form = await small_form(request)
        address, faults = _address(form.get("email", ""))
        declared = read_form(kind, form, faults=faults)
        await admit_visitor(Visitor.of(request).ip)
    except PortalError as refused:
        return await _page(request, kind, company, form, refused=refused)
    sent = Sent(
        address=address,
        form_key=form.get("form") or new_token(),
        locale=requested_locale(request),
    )
    declaration = await declare(database(), company, kind, declared, sent)
    expires = wall_now() + LIVES_FOR
    query = link_query(get_settings().secret_key, declaration.id, expires)
    return _see_other(f"/confirmations/{declaration.id}/?{query}")


async def _company(route: str) -> Company:
    async with database().reading() as session:
        company = await repository.company_at(session, route)
    if company is None:
        raise CompanyNotFound
    return company


def _address(typed: str) -> tuple[str, dict[str, str]]:
    """The address, or what is wrong with it."""
    try:
        return checked_address(typed), {}
    except InvalidAddress as refused:
        return "", {"email": refused.sentence}


async def _page(
    request: Request,
    kind: DeclarationKind,
    company: Company,
    typed: Mapping[str, str],
    *,
    refused: PortalError | None = None,
) -> Response:
    """The form with what was typed in it, and what was wrong with that."""
    reader = Reader(requested_locale(request))
    faults = refused.faults if isinstance(refused, IncompleteForm) else {}
    return render(
        f"{_TEMPLATES}/form.html",
        request,
        status=refused.status if refused else 200,
        words=_words(request, kind),
        company=company.title,
        brand=await page_brand(company.id, named=company.route),
        cancels=kind is DeclarationKind.CANCELLATION,
        typed={name: typed.get(name, "") for name in _FIELDS},
        faults={name: reader.say(text) for name, text in faults.items()},
        form_key=typed.get("form") or new_token(),
        error=reader.say(refused.sentence) if refused else None,
        here=f"/{_PATHS[kind]}/{company.route}/",
    )


def _unknown(request: Request, kind: DeclarationKind, refused: CompanyNotFound) -> Response:
    said = Reader(requested_locale(request)).say(refused.sentence)
    return render(
        f"{_TEMPLATES}/unknown.html",
        request,
        status=refused.status,
        sentence=said,
        chooser=f"/{_PATHS[kind]}/",
        here=f"/{_PATHS[kind]}/",
    )


def _words(request: Request, kind: DeclarationKind) -> Wording:
    return wording_of(Reader(requested_locale(request)), kind)


def _see_other(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})
