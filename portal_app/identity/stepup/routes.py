"""The page on which a code is typed to approve one thing; it works without JavaScript.

HTTP, since only HTTP can hand the session its new token. A GET sends and confirms nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_app.identity import answers, limits
from portal_app.identity.actor import Actor
from portal_app.identity.acts import carry_out
from portal_app.identity.cookies import keep_session
from portal_app.identity.models import StepUp
from portal_app.identity.oidc.confirming import services_for
from portal_app.identity.oidc.providers import Provider
from portal_app.identity.routes import claim
from portal_app.identity.sessions import find_actor
from portal_app.identity.stepup import service
from portal_app.identity.stepup.approval import approval_of, refusal, with_approval
from portal_app.identity.stepup.errors import StepUpNotFound
from portal_app.identity.stepup.service import Confirmed
from portal_app.identity.visitor import Visitor
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.settings import Mode, get_settings
from portal_app.ui.catalogue import translate
from portal_app.ui.server_pages import render

router = APIRouter(prefix="/account/confirm", include_in_schema=False)
_TEMPLATES: Final = "identity/stepup/templates"


@router.api_route("/{step_up_id}/", methods=["GET", "HEAD"])
async def confirm_page(request: Request, step_up_id: str) -> Response:
    actor = await find_actor(Visitor.of(request).cookie_header)
    return await _page(request, actor, step_up_id) if actor else _stranger(step_up_id)


@router.post("/{step_up_id}/")
async def confirm(request: Request, step_up_id: str) -> Response:
    """Form: `code`; 303 to the page that asked, under a new session token."""
    visitor, typed = Visitor.of(request), ""
    actor = await find_actor(visitor.cookie_header)
    if actor is None:
        return _stranger(step_up_id)
    try:
        typed = (await small_form(request)).get("code", "")[:20]
        await limits.admit_try(actor.session_id, visitor.ip)
        confirmed = await service.confirm(actor, step_up_id, typed)
    except PortalError as refused:
        return await _page(request, actor, step_up_id, typed=typed, error=refused)
    return await carry_on(request, actor, confirmed)


async def carry_on(request: Request, actor: Actor, confirmed: Confirmed) -> Response:
    """Do what was confirmed, or go back to the page that does, under the new session token."""
    try:
        further = await carry_out(actor, confirmed.approval, claim=claim)
        response = answers.see_other(further or confirmed.path)
    except PortalError as refused:
        response = _told(request, actor, refused)
    keep_session(response, confirmed.token)
    return response


@router.post("/{step_up_id}/again/")
async def send_again(request: Request, step_up_id: str) -> Response:
    """The form has no fields."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return _stranger(step_up_id)
    try:
        await small_form(request)
        await service.send_again(actor, step_up_id)
    except PortalError as refused:
        return await _page(request, actor, step_up_id, error=refused)
    return answers.see_other(service.page_of(step_up_id))


async def _page(
    request: Request,
    actor: Actor,
    step_up_id: str,
    *,
    typed: str = "",
    error: PortalError | None = None,
) -> Response:
    try:
        async with database().reading() as session:
            row = await service.step_up_of(session, actor, step_up_id)
            services = await services_for(session, actor, row)
    except StepUpNotFound as unknown:
        return _told(request, actor, unknown)
    return _code_page(request, actor, row, services, typed=typed, error=error)


def _code_page(
    request: Request,
    actor: Actor,
    row: StepUp,
    services: Sequence[Provider],
    *,
    typed: str,
    error: PortalError | None,
) -> Response:
    over = refusal(row, wall_now())
    said = error or over
    approval = approval_of(row)
    sandbox = get_settings().mode is Mode.SANDBOX
    return render(
        f"{_TEMPLATES}/confirm.html",
        request,
        status=error.status if error else 200,
        headers=answers.retry_after(error),
        what=translate(actor.locale, approval.sentence, **approval.facts),
        email=row.address,
        page=service.page_of(row.id),
        back=with_approval(row.back, row.id),
        typed="" if over else typed,
        over=over is not None,
        services=services,
        mailbox=f"/sandbox/mail/?to={quote(row.address)}" if sandbox else None,
        error=translate(actor.locale, said.sentence) if said else None,
        here=service.page_of(row.id),
    )


def _told(request: Request, actor: Actor, refused: PortalError) -> Response:
    """Nothing more can be done on this page; the ways on."""
    return render(
        f"{_TEMPLATES}/over.html",
        request,
        status=refused.status,
        said=translate(actor.locale, refused.sentence),
        here="/account/",
    )


def _stranger(step_up_id: str) -> Response:
    return answers.see_other(answers.sign_in_path(service.page_of(step_up_id)))
