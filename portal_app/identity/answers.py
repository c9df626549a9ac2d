"""What sign-in answers: a page for browsers, JSON for scripts that ask for it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from portal_app.identity.cookies import keep_browser
from portal_app.identity.models import LoginCode
from portal_app.identity.oidc.providers import providers
from portal_app.identity.rules import refusal
from portal_app.identity.visitor import Visitor
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError, TooManyRequests
from portal_app.settings import Mode, get_settings
from portal_app.ui.catalogue import translate
from portal_app.ui.server_pages import render

NO_STORE = {"Cache-Control": "no-store"}


def email_page(
    request: Request,
    *,
    next_path: str,
    email: str = "",
    notice: str | None = None,
    error: PortalError | None = None,
) -> Response:
    """Step one; *email* is kept when it was refused."""
    locale = Visitor.of(request).locale
    return render(
        "identity/templates/email.html",
        request,
        status=error.status if error else 200,
        headers=retry_after(error),
        next=next_path,
        email=email,
        notice=translate(locale, notice) if notice else None,
        error=translate(locale, error.sentence) if error else None,
        here=sign_in_path(next_path),
        providers=list(providers().values()),
    )


def code_page(
    request: Request,
    pending: LoginCode,
    *,
    linking: str = "",
    typed: str = "",
    error: PortalError | None = None,
) -> Response:
    """Step two, for the address of *pending*; a request that is over offers a new code only.

    *linking* names the service that becomes a way to sign in by that.
    """
    over = refusal(pending, wall_now())
    said = error or over
    sandbox = get_settings().mode is Mode.SANDBOX
    return render(
        "identity/templates/code.html",
        request,
        status=error.status if error else 200,
        headers=retry_after(error),
        email=pending.address,
        next=pending.next_path,
        typed=typed,
        over=over is not None,
        mailbox=f"/sandbox/mail/?to={quote(pending.address)}" if sandbox else None,
        linking=linking,
        error=translate(Visitor.of(request).locale, said.sentence) if said else None,
        here=sign_in_path(pending.next_path, sent=True),
    )


def link_page(
    request: Request, token: str, pending: LoginCode | None, *, error: PortalError | None = None
) -> Response:
    """What a mail's link opens: a button, or why it does not work here."""
    return render(
        "identity/templates/link.html",
        request,
        status=error.status if error else 200,
        headers=retry_after(error),
        token=token,
        email=pending.address if pending else None,
        next=pending.next_path if pending else "",
        error=translate(Visitor.of(request).locale, error.sentence) if error else None,
        here=f"/login/link/{quote(token)}/",
    )


def refused_json(visitor: Visitor, error: PortalError) -> Response:
    """The API's shape of errors."""
    said = {
        "type": error.code,
        "code": error.code,
        "message": translate(visitor.locale, error.sentence),
    }
    return JSONResponse({"error": said}, error.status, headers=NO_STORE | retry_after(error))


def code_was_sent(visitor: Visitor, next_path: str) -> Response:
    """The same for every address, with or without an account."""
    response: Response
    if visitor.wants_json:
        response = JSONResponse({"sent": True}, headers=NO_STORE)
    else:
        response = see_other(sign_in_path(next_path, sent=True))
    keep_browser(response, visitor.browser)
    return response


def see_other(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers=NO_STORE)


def sign_in_path(next_path: str, *, sent: bool = False) -> str:
    query = f"next={quote(next_path, safe='/')}"
    return f"/login/?sent=1&{query}" if sent else f"/login/?{query}"


def retry_after(error: PortalError | None) -> dict[str, str]:
    """The header that says when to try again, when *error* is a limit's."""
    limited = isinstance(error, TooManyRequests)
    return {"Retry-After": str(error.retry_after)} if limited else {}  # type: ignore[union-attr]


def told(request: Request, refused: PortalError) -> Response:
    """A page with the refusal and the way back; nothing was changed."""
    return render(
        "identity/templates/told.html",
        request,
        status=refused.status,
        headers=retry_after(refused),
        error=translate(Visitor.of(request).locale, refused.sentence),
        here="/account/",
    )
