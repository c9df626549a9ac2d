"""Sign-in over HTTP: two pages that work without JavaScript, and the posts behind them.

A GET never signs in and never uses anything up (mail scanners follow links). Whether a post comes
from our own pages is checked in front of all routes (`kit.http.same_origin`).
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.service import take_up_invitations
from portal_app.identity import answers, limits, service
from portal_app.identity.cookies import drop_session, forget_storage, keep_device, keep_session
from portal_app.identity.errors import CodeTooSoon, SignInRefused
from portal_app.identity.models import LoginCode, email_key
from portal_app.identity.rules import RESEND_AFTER, refusal, safe_next
from portal_app.identity.sessions import (
    end_all_sessions,
    end_session,
    find_actor,
    person_of_token,
)
from portal_app.identity.visitor import Visitor
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.memberships.claiming import claim as claim_customers

router = APIRouter(include_in_schema=False)


async def claim(session: AsyncSession, *, person_id: str, address_key: str, now: datetime) -> None:
    """What waits for whoever proves an address: customers, and a creator's places."""
    await claim_customers(session, person_id=person_id, address_key=address_key, now=now)
    await take_up_invitations(session, person_id=person_id, address_key=address_key)


@router.api_route("/login", methods=["GET", "HEAD"])
async def to_canonical(request: Request) -> Response:
    query = request.url.query
    return RedirectResponse(f"/login/?{query}" if query else "/login/", status_code=308)


@router.api_route("/login/", methods=["GET", "HEAD"])
async def sign_in_page(request: Request) -> Response:
    """Ask for the address, or (`?sent=1`) for the code; signed in already: go on."""
    visitor = Visitor.of(request)
    next_path = safe_next(request.query_params.get("next"))
    if await find_actor(visitor.cookie_header) is not None:
        return answers.see_other(next_path)
    if "sent" in request.query_params:
        pending = await service.pending_request(visitor.browser)
        if pending is not None:
            return await _code_page(request, pending)
    ended = "You have been signed out for your security. Sign in to continue."
    notice = ended if visitor.session else None
    return answers.email_page(request, next_path=next_path, notice=notice)


@router.api_route("/login/link/{token}/", methods=["GET", "HEAD"])
async def link_page(request: Request, token: str) -> Response:
    """A button to sign in with; looking at it uses nothing up."""
    try:
        pending = await service.request_behind_link(token, Visitor.of(request).browser)
    except PortalError as refused:
        return answers.link_page(request, token, None, error=refused)
    return answers.link_page(request, token, pending)


@router.post("/auth/code")
async def ask_for_code(request: Request) -> Response:
    """Form: `email`, `next`, `again` (the button “Send a new code”)."""
    visitor, typed, next_path = Visitor.of(request), "", ""
    try:
        form = await small_form(request)
        typed, next_path = form.get("email", ""), safe_next(form.get("next"))
        address = service.checked_address(typed)
        await limits.admit_request(email_key(address), visitor.ip)
        again = await _again(visitor, address) if form.get("again") else None
        async with database().unit_of_work() as session:
            await service.request_code(
                session,
                address=address,
                browser_token=visitor.browser,
                next_path=next_path,
                locale=visitor.locale,
                attempt_id=again.attempt_id if again else None,
            )
    except PortalError as refused:
        if visitor.wants_json:
            return answers.refused_json(visitor, refused)
        return await _asked_again(request, visitor, typed, safe_next(next_path), refused)
    return answers.code_was_sent(visitor, next_path)


@router.post("/auth/verify")
async def verify(request: Request) -> Response:
    """Form: `code` (with `email`) or `token`; 303 to the page that was asked for."""
    visitor, form = Visitor.of(request), dict[str, str]()
    try:
        form = await small_form(request)
        await limits.admit_try(visitor.browser, visitor.ip)
        if token := form.get("token"):
            signed_in = await service.verify_link(token, visitor.proof, claim=claim)
        else:
            signed_in = await service.verify_code(
                form.get("code", ""), visitor.proof, claim=claim, address=form.get("email")
            )
    except PortalError as refused:
        if visitor.wants_json:
            return answers.refused_json(visitor, refused)
        return await _refused_page(request, visitor, form, refused)
    await limits.forgive(signed_in.address_key)
    return await welcome(visitor, signed_in)


@router.post("/auth/logout")
async def sign_out(request: Request) -> Response:
    """End this session; its open sockets are strangers' from their next event on."""
    visitor = Visitor.of(request)
    if visitor.session:
        await end_session(visitor.session)
    return _goodbye()


@router.post("/auth/logout-everywhere")
async def sign_out_everywhere(request: Request) -> Response:
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is not None:
        await end_all_sessions(actor)
    return _goodbye()


def _goodbye() -> Response:
    response = answers.see_other("/login/")
    drop_session(response)
    return response


async def welcome(visitor: Visitor, signed_in: service.SignedIn) -> Response:
    """The answer of every way to sign in: the cookies, and the page that was asked for."""
    before = await person_of_token(visitor.session) if visitor.session else None
    response: Response
    if visitor.wants_json:
        response = JSONResponse({"next": signed_in.next_path}, headers=answers.NO_STORE)
    else:
        response = answers.see_other(signed_in.next_path)
    keep_session(response, signed_in.token)
    keep_device(response, visitor.device)
    if before not in {None, signed_in.person_id}:
        forget_storage(response)
    return response


async def _code_page(
    request: Request, pending: LoginCode, *, typed: str = "", error: PortalError | None = None
) -> Response:
    linking = await service.linking_of(pending)
    return answers.code_page(request, pending, linking=linking, typed=typed, error=error)


async def _again(visitor: Visitor, address: str) -> LoginCode | None:
    """The code at hand, which is sent anew: after 30 seconds, or at once when it is over."""
    pending = await service.pending_request(visitor.browser)
    if pending is None or pending.address_key != email_key(address):
        return None
    now = wall_now()
    if refusal(pending, now) is None and now - pending.created_at < RESEND_AFTER:
        raise CodeTooSoon
    return pending


async def _asked_again(
    request: Request, visitor: Visitor, typed: str, next_path: str, refused: PortalError
) -> Response:
    """Back to the step that was refused, with everything that was typed."""
    pending = await service.pending_request(visitor.browser)
    if isinstance(refused, CodeTooSoon) and pending is not None:
        return await _code_page(request, pending, error=refused)
    return answers.email_page(request, next_path=next_path, email=typed[:254], error=refused)


async def _refused_page(
    request: Request, visitor: Visitor, form: dict[str, str], refused: PortalError
) -> Response:
    token = form.get("token")
    if token:
        return answers.link_page(request, token, None, error=refused)
    pending: LoginCode | None = await service.pending_request(visitor.browser)
    if pending is None:
        email, next_path = form.get("email", ""), safe_next(form.get("next"))
        return answers.email_page(request, next_path=next_path, email=email[:254], error=refused)
    over = isinstance(refused, SignInRefused) and refused.ask_again
    typed = "" if over else form.get("code", "")[:20]
    return await _code_page(request, pending, typed=typed, error=refused)
