"""`GET /i18n.js` and `POST /locale`: the catalogue, and the choice of a language.

The script stands in the head of every page, ours and the server-rendered ones, and runs before
the first paint: it also marks the document with what only the running server knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from portal_app.kit.errors import InvalidInput
from portal_app.kit.http.forms import small_form
from portal_app.kit.http.paths import path_of_referrer, safe_path
from portal_app.ui.catalogue import (
    DEFAULT_LOCALE,
    LOCALE_COOKIE,
    LOCALES,
    direction,
    from_accept_language,
    messages,
    supported,
)

KeepLocale: TypeAlias = Callable[[str, str], Awaitable[None]]
_YEAR = 365 * 24 * 3600
_HEAD = (Path(__file__).parent / "head.js").read_text()


def language_router(
    *, origin: str, mode: str, skeletons: Mapping[str, str], keep: KeepLocale | None = None
) -> APIRouter:
    """Routes of the language. *skeletons*: path prefix → kind of skeleton, first match wins.

    *keep* (raw `Cookie` header, locale) is told of each choice, so that mails can follow it.
    """
    secure = origin.startswith("https://")
    router = APIRouter()

    @router.get("/i18n.js", include_in_schema=False)
    async def catalogue(request: Request, add: str = "") -> Response:
        """With *add* only that language's words, for a page that speaks another one beside."""
        known = request.cookies.get(LOCALE_COOKIE)
        locale = requested_locale(request)
        script = added_script(add) if add else head_script(locale, mode, skeletons)
        etag = f'"{hashlib.sha256(script.encode()).hexdigest()[:20]}"'
        headers = {
            "Cache-Control": "private, no-cache",
            "Vary": "Cookie, Accept-Language",
            "ETag": etag,
        }
        if request.headers.get("if-none-match") == etag:
            response = Response(status_code=304, headers=headers)
        else:
            response = Response(script, media_type="text/javascript", headers=headers)
        if known != locale:
            # Pages read the cookie: without one they would speak English under another lang.
            _remember(response, locale, secure=secure)
        return response

    @router.post("/locale", include_in_schema=False)
    async def choose(request: Request) -> Response:
        """Form: `locale`, `next`. Anybody may choose; an unknown language changes nothing."""
        try:
            form = await small_form(request)
        except InvalidInput as refused:
            return PlainTextResponse(refused.sentence, refused.status)
        here = path_of_referrer(request.headers.get("referer"), origin)
        response = RedirectResponse(safe_path(form.get("next"), here), status_code=303)
        locale = form.get("locale", "")
        if locale in LOCALES:
            _remember(response, locale, secure=secure)
            if keep is not None:
                await keep(request.headers.get("cookie", ""), locale)
        return response

    return router


def requested_locale(request: Request) -> str:
    """The language of a request: the person's choice, else what the browser asks for."""
    chosen = request.cookies.get(LOCALE_COOKIE)
    if chosen:
        return supported(chosen)
    return from_accept_language(request.headers.get("accept-language", ""))


def head_script(locale: str, mode: str, skeletons: Mapping[str, str]) -> str:
    """The script itself; English carries no catalogue, its texts are the keys."""
    facts = {
        "lang": locale,
        "dir": direction(locale),
        "mode": mode,
        "skeletons": list(skeletons.items()),
        "others": [one for one in LOCALES if one not in {locale, DEFAULT_LOCALE}],
    }
    found = {locale: dict(messages(locale, "pages"))}
    script = _HEAD.replace("__FACTS__", _compact(facts), 1)
    return script.replace("__MESSAGES__", _compact(found), 1)


def added_script(locale: str) -> str:
    """The words of *locale* beside those that are there; of a language we have."""
    words = _compact(dict(messages(supported(locale), "pages")))
    return f"(globalThis.__portal_messages??={{}})[{_compact(supported(locale))}]={words};"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _remember(response: Response, locale: str, *, secure: bool) -> None:
    response.set_cookie(
        LOCALE_COOKIE, locale, max_age=_YEAR, path="/", samesite="lax", secure=secure
    )
