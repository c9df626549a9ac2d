"""Pages that work without JavaScript: Jinja2, the same stylesheet, no script at all.

A template extends `ui/templates/base.html`; names are paths below the package
(`identity/templates/email.html`), so that each domain keeps its templates beside its routes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from portal_app.settings import get_settings
from portal_app.ui.catalogue import LOCALES, direction, translate
from portal_app.ui.i18n_routes import requested_locale

_PACKAGE: Final = Path(__file__).parents[1]
_STYLESHEET: Final = _PACKAGE.parent / "assets" / "portal.css"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def render(
    template: str,
    request: Request,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,  # noqa: ANN401 -- whatever the template names
) -> HTMLResponse:
    """*template* in the visitor's language, never stored, under a policy without scripts.

    The language form returns to the request's path, without its query, which may carry what a page
    must not repeat; a page that has another address to return to passes `here`. A page of a company
    passes its `brand`: wordmark, stylesheet and links.
    """
    locale = requested_locale(request)
    context = {
        "_": partial(translate, locale),
        "lang": locale,
        "dir": direction(locale),
        "locales": LOCALES,
        "mode": get_settings().mode.value,
        "theme": _theme_of(request),
        "stylesheet": stylesheet_url(),
        "here": request.url.path,
        "error": None,
        "brand": None,
        **values,
    }
    return HTMLResponse(
        _environment().get_template(template).render(context),
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            # Keeps a token in the path out of every Referer; `no-referrer` would also blank the
            # Origin of our own forms (Fetch, “append a request Origin header”).
            "Referrer-Policy": "strict-origin",
            "Vary": "Cookie, Accept-Language",
            **(headers or {}),
        },
    )


def link_over(request: Request, *, status: int, here: str) -> HTMLResponse:
    """For links out of mails that undo or stop something: too old, used, or never one of ours.

    It neither repeats its address nor leads back to it.
    """
    return render("ui/templates/link_over.html", request, status=status, here=here)


@lru_cache(maxsize=1)
def stylesheet_url() -> str:
    """`/portal.css` with its digest, so that a new version is asked for at once."""
    return f"/portal.css?v={hashlib.sha256(_STYLESHEET.read_bytes()).hexdigest()[:12]}"


def _theme_of(request: Request) -> str | None:
    """The theme chosen on our other pages (`head.js`); None follows the system."""
    chosen = request.cookies.get("portal_theme")
    return chosen if chosen in {"light", "dark"} else None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_PACKAGE),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
