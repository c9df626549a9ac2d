"""What the buttons of the account page post to, the export, and how long the session lasts.

HTTP, so that they work in a tab whose socket is away, and can answer with files and cookies.
"""

from __future__ import annotations

from typing import Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from portal_app.identity import answers, emails
from portal_app.identity.account import keep_name
from portal_app.identity.actor import Actor
from portal_app.identity.ending import end_one
from portal_app.identity.errors import AddressNotFound
from portal_app.identity.export import everything_about
from portal_app.identity.sessions import find_actor, seconds_left
from portal_app.identity.stepup import Approval, Purpose, ask_step_up
from portal_app.identity.undo_routes import router as undo_router
from portal_app.identity.visitor import Visitor
from portal_app.identity.zone_routes import router as zone_router
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form

router = APIRouter(include_in_schema=False)
router.include_router(undo_router)
router.include_router(zone_router)
_ABOUT: Final = {"primary": Purpose.PRIMARY_EMAIL, "remove": Purpose.REMOVE_EMAIL}


@router.get("/auth/session")
async def session_left(request: Request) -> Response:
    """`{"seconds", "final"}` until the session ends; *final* says that use won't put it off.

    Asking is no use: otherwise a tab that asks would never be signed out.
    """
    seconds, final = await seconds_left(Visitor.of(request).cookie_header)
    return JSONResponse({"seconds": seconds, "final": final}, headers=answers.NO_STORE)


@router.post("/account/profile/")
async def keep_profile(request: Request) -> Response:
    """Form: `name`."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return _stranger("/account/")
    try:
        form = await small_form(request)
        if "name" in form:
            await keep_name(actor, form["name"])
    except PortalError as refused:
        return answers.told(request, refused)
    return answers.see_other("/account/")


@router.post("/account/emails/{email_id}/{what}/")
async def change_email(request: Request, email_id: str, what: str) -> Response:
    """*what* is `primary` or `remove`; the form has no fields."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return _stranger("/account/")
    try:
        await small_form(request)
        purpose = _ABOUT.get(what)
        if purpose is None:
            raise AddressNotFound
        async with database().reading() as session:
            approval = await emails.approval_about(session, actor, purpose, email_id)
        return await _asked(actor, approval)
    except PortalError as refused:
        return answers.told(request, refused)


@router.post("/account/sessions/end-others/")
async def end_other_sessions(request: Request) -> Response:
    """The form has no fields; a code is asked for first."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return _stranger("/account/")
    try:
        await small_form(request)
        return await _asked(actor, Approval(Purpose.END_SESSIONS))
    except PortalError as refused:
        return answers.told(request, refused)


@router.post("/account/sessions/{session_id}/end/")
async def end_session(request: Request, session_id: str) -> Response:
    """The form has no fields."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return _stranger("/account/")
    try:
        await small_form(request)
        await end_one(actor, session_id)
    except PortalError as refused:
        return answers.told(request, refused)
    return answers.see_other("/account/")


@router.get("/account/export.json")
async def export(request: Request) -> Response:
    """Everything about the person who is signed in, as a file."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return _stranger("/account/export.json")
    now = wall_now()
    async with database().reading() as session:
        found = await everything_about(session, actor)
    said = {"exported_at": now.isoformat(), "about": actor.email, **found}
    name = f"account-{now.date().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **answers.NO_STORE}
    body = orjson.dumps(said, option=orjson.OPT_INDENT_2)
    return Response(body, media_type="application/json", headers=headers)


async def _asked(actor: Actor, approval: Approval) -> Response:
    return answers.see_other(await ask_step_up(actor, approval, back=emails.BACK))


def _stranger(path: str) -> Response:
    return answers.see_other(answers.sign_in_path(path))
