"""There and back: `GET /auth/oidc/<name>` leaves, `…/callback` returns.

The page in front of adding a service is needed because `form-action 'self'` also holds for where a
form's answer redirects to: other origins are entered by a link.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from portal_app.identity import answers, limits
from portal_app.identity.actor import Actor
from portal_app.identity.cookies import keep_browser
from portal_app.identity.models import OidcAttempt
from portal_app.identity.oidc import client, confirming, service
from portal_app.identity.oidc.errors import AttemptOver, ProviderSaidNo
from portal_app.identity.oidc.providers import Provider
from portal_app.identity.routes import claim, welcome
from portal_app.identity.sessions import find_actor
from portal_app.identity.stepup import ask_step_up
from portal_app.identity.stepup.errors import StepUpNotFound
from portal_app.identity.stepup.routes import carry_on
from portal_app.identity.stepup.service import page_of
from portal_app.identity.visitor import Visitor
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.settings import get_settings
from portal_app.ui.catalogue import translate
from portal_app.ui.server_pages import render

router = APIRouter(include_in_schema=False)
_TEMPLATES: Final = "identity/oidc/templates"


@router.get("/auth/oidc/{name}")
async def leave(request: Request, name: str) -> Response:
    """Query: `next` for who signs in, or `approval` for who adds the service to their account."""
    query = request.query_params
    try:
        return await _departed(
            Visitor.of(request),
            service.provider_named(name),
            next_path=query.get("next", ""),
            step_up_id=query.get("approval", "")[:64],
        )
    except PortalError as refused:
        return _refused(request, name, refused)


@router.get("/account/confirm/{step_up_id}/with/{name}/")
async def leave_to_confirm(request: Request, step_up_id: str, name: str) -> Response:
    """To sign in anew at a service of the person's own, which confirms this step-up.

    From the page that says what is confirmed, and from nowhere else: a link that lures somebody
    here would skip what they approve.
    """
    visitor, page = Visitor.of(request), page_of(step_up_id)
    actor = await find_actor(visitor.cookie_header)
    if actor is None:
        return answers.see_other(answers.sign_in_path(page))
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return answers.see_other(page)
    try:
        provider = await confirming.service_named(actor, step_up_id, name)
        return await _departed(visitor, provider, confirms=step_up_id)
    except StepUpNotFound as unknown:
        return _refused(request, "", unknown, confirming_at="/account/")
    except PortalError as refused:
        return _refused(request, name, refused, confirming_at=page)


async def _departed(
    visitor: Visitor,
    provider: Provider,
    *,
    next_path: str = "",
    step_up_id: str = "",
    confirms: str = "",
) -> Response:
    await limits.admit_try(visitor.browser, visitor.ip)
    leaving = await client.depart(provider, _callback(provider), anew=bool(confirms))
    await service.remember(
        provider,
        leaving,
        browser_token=visitor.browser,
        next_path=next_path,
        locale=visitor.locale,
        step_up_id=step_up_id,
        confirms=confirms,
    )
    response = RedirectResponse(leaving.url, status_code=303, headers=answers.NO_STORE)
    keep_browser(response, visitor.browser)
    return response


@router.get("/auth/oidc/{name}/callback")
async def come_back(request: Request, name: str) -> Response:
    """Query: `state` with `code` or `error`, and `iss` where the service sends it."""
    visitor, query = Visitor.of(request), request.query_params
    attempt: OidcAttempt | None = None
    try:
        provider = service.provider_named(name)
        await limits.admit_try(visitor.browser, visitor.ip)
        attempt = await service.take_up(provider, query.get("state", ""), visitor.browser)
        if "error" in query:
            raise ProviderSaidNo
        found = await client.arrive(
            provider,
            code=query.get("code", ""),
            iss=query.get("iss"),
            nonce=attempt.nonce,
            verifier=attempt.code_verifier,
            redirect_uri=_callback(provider),
        )
        if attempt.confirms:
            return await _confirmed(request, attempt, found)
        return await _settled(visitor, provider, attempt, found)
    except PortalError as refused:
        return _refused(request, name, refused, attempt)


async def _confirmed(request: Request, attempt: OidcAttempt, found: client.Found) -> Response:
    actor = await _actor(request)
    if actor is None:
        raise AttemptOver
    return await carry_on(request, actor, await confirming.confirm(actor, attempt, found))


async def _settled(
    visitor: Visitor, provider: Provider, attempt: OidcAttempt, found: client.Found
) -> Response:
    if attempt.step_up_id:
        actor = await find_actor(visitor.cookie_header)
        if actor is None:
            raise AttemptOver
        await service.add_to_account(actor, provider, found)
        return answers.see_other(f"/account/?approval={attempt.step_up_id}")
    outcome = await service.sign_in(
        provider, attempt, found, visitor.proof, ip=visitor.ip, claim=claim
    )
    if isinstance(outcome, service.MustProve):
        return answers.code_was_sent(visitor, outcome.next_path)
    return await welcome(visitor, outcome)


@router.post("/account/sign-in/{name}/add/")
async def add(request: Request, name: str) -> Response:
    """The form has no fields; a code is asked for first, then comes the page below."""
    actor = await _actor(request)
    if actor is None:
        return answers.see_other("/login/?next=/account/")
    try:
        await small_form(request)
        approval = service.approval_to_add(service.provider_named(name))
        return answers.see_other(
            await ask_step_up(actor, approval, back=f"/account/sign-in/{name}/")
        )
    except PortalError as refused:
        return _refused(request, name, refused, adding=True)


@router.post("/account/sign-in/{identity_id}/remove/")
async def remove(request: Request, identity_id: str) -> Response:
    """The form has no fields; it is done when the code is confirmed (`identity.acts`)."""
    actor = await _actor(request)
    if actor is None:
        return answers.see_other("/login/?next=/account/")
    try:
        await small_form(request)
        async with database().reading() as session:
            identity = await service.own_identity(session, actor, identity_id)
        approval = service.approval_to_remove(identity)
        return answers.see_other(await ask_step_up(actor, approval, back="/account/"))
    except PortalError as refused:
        return _refused(request, "", refused, adding=True)


@router.api_route("/account/sign-in/{name}/", methods=["GET", "HEAD"])
async def go_on(request: Request, name: str) -> Response:
    """A link to the other service, by which the confirmed approval goes along."""
    try:
        provider = service.provider_named(name)
    except PortalError as refused:
        return _refused(request, name, refused, adding=True)
    approval = request.query_params.get("approval", "")[:64]
    return render(
        f"{_TEMPLATES}/go_on.html",
        request,
        provider=provider.label,
        name=provider.name,
        approval=approval,
        here=f"/account/sign-in/{provider.name}/",
    )


async def _actor(request: Request) -> Actor | None:
    return await find_actor(Visitor.of(request).cookie_header)


def _callback(provider: Provider) -> str:
    return f"{get_settings().origin}/auth/oidc/{provider.name}/callback"


def _refused(
    request: Request,
    name: str,
    error: PortalError,
    attempt: OidcAttempt | None = None,
    *,
    adding: bool = False,
    confirming_at: str = "",
) -> Response:
    """Why not, and the ways on; an address that carries a code or a state is not repeated."""
    adding = adding or bool(attempt and attempt.step_up_id)
    if attempt and attempt.confirms:
        confirming_at = page_of(attempt.confirms)
    return render(
        f"{_TEMPLATES}/refused.html",
        request,
        status=error.status,
        headers=answers.retry_after(error),
        error=translate(Visitor.of(request).locale, error.sentence),
        name=name if service.is_known(name) else "",
        adding=adding,
        confirming=confirming_at,
        next=attempt.next_path if attempt else "/orders/",
        here="/account/" if adding or confirming_at else "/login/",
    )
