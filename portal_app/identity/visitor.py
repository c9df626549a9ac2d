"""What an HTTP request says about who sends it: cookies, address, language, wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from portal_app.identity.service import Proof
from portal_app.identity.sessions import browser_cookie, device_cookie, session_cookie
from portal_app.kit.http.peer import client_address
from portal_app.kit.tokens import new_token
from portal_app.settings import get_settings
from portal_app.ui.i18n_routes import requested_locale

_TOKEN = re.compile(r"[\w-]{43}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """*browser* and *device* are cookies' tokens, fresh ones when the browser brought none."""

    cookie_header: str
    browser: str
    device: str
    session: str
    ip: str
    user_agent: str
    locale: str
    wants_json: bool

    @classmethod
    def of(cls, request: Request) -> Visitor:
        return cls(
            cookie_header=request.headers.get("cookie", ""),
            browser=_kept_or_new(request, browser_cookie()),
            device=_kept_or_new(request, device_cookie()),
            session=request.cookies.get(session_cookie(), ""),
            ip=client_address(request.scope, get_settings().proxy_hops),
            user_agent=request.headers.get("user-agent", ""),
            locale=requested_locale(request),
            wants_json="application/json" in request.headers.get("accept", ""),
        )

    @property
    def proof(self) -> Proof:
        return Proof(self.browser, self.device, self.user_agent, self.session)


def _kept_or_new(request: Request, name: str) -> str:
    kept = request.cookies.get(name, "")
    return kept if _TOKEN.fullmatch(kept) else new_token()
