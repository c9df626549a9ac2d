"""The sandbox's mailbox: what would have been sent, as a page, as JSON and as each mail's HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import col, select

from portal_app.kit.db import database
from portal_app.kit.errors import NotFound
from portal_app.notifications.models import SandboxMail
from portal_app.ui.server_pages import render

_NEWEST = 100
# A mail styles itself inline, as mail must; it may do nothing else, and its links open outside.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation"
)


def mailbox_router() -> APIRouter:
    """Routes below `/sandbox/mail`; to be included in sandbox mode only."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/sandbox/mail/", _page, methods=["GET"])
    router.add_api_route("/sandbox/mail.json", _listing, methods=["GET"])
    router.add_api_route("/sandbox/mail/{mail_id}.html", _as_html, methods=["GET"])
    return router


async def newest_mails(to: str = "") -> Sequence[SandboxMail]:
    """The newest hundred, newest first; of one recipient unless *to* is empty."""
    query = select(SandboxMail)
    if to:
        query = query.where(col(SandboxMail.recipient).in_({to, to.strip(), to.strip().lower()}))
    newest = query.order_by(col(SandboxMail.created_at).desc(), col(SandboxMail.id).desc())
    async with database().reading() as session:
        return (await session.execute(newest.limit(_NEWEST))).scalars().all()


async def _page(request: Request, to: str = "") -> Response:
    return render("demo/templates/mailbox.html", request, mails=await newest_mails(to), to=to)


async def _listing(to: str = "") -> Response:
    mails = [_as_json(mail) for mail in await newest_mails(to)]
    return JSONResponse(mails, headers={"Cache-Control": "no-store"})


async def _as_html(mail_id: str) -> Response:
    async with database().reading() as session:
        mail = await session.get(SandboxMail, mail_id)
    if mail is None:
        refused = NotFound("There is no such mail.")
        return Response(refused.sentence, refused.status, media_type="text/plain")
    headers = {"Content-Security-Policy": _MAIL_POLICY, "Cache-Control": "no-store"}
    return Response(mail.html, media_type="text/html", headers=headers)


def _as_json(mail: SandboxMail) -> dict[str, Any]:
    return {
        "to": mail.recipient,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "created_at": mail.created_at.isoformat(),
    }
