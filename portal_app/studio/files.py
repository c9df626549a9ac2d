"""Files that a browser sends to the studio by a form, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from portal_app.catalog.company_file import FileRefused
from portal_app.catalog.creators import creator_at
from portal_app.identity.actor import CompanyCreator
from portal_app.identity.sessions import find_actor
from portal_app.kit.errors import InvalidInput, PortalError
from portal_app.studio.errors import NoSuchPage
from portal_app.ui.catalogue import translate
from portal_app.ui.i18n_routes import requested_locale
from portal_app.ui.server_pages import render

# Of a form around one file.
_ROOM: Final = 4_096


async def creator_of(request: Request, company_id: str) -> CompanyCreator:
    """Raises NoSuchPage for strangers, signed in or not, whichever company they name."""
    actor = await find_actor(request.headers.get("cookie", ""))
    creator = await creator_at(actor, company_id) if actor else None
    if creator is None:
        raise NoSuchPage
    return creator


@dataclass(frozen=True, slots=True)
class Upload:
    """The one file of a form, and what its page had *seen* of what the file replaces."""

    content: bytes
    seen: str


async def uploaded(request: Request, most: int) -> Upload:
    """Raises InvalidInput (411, 413) before more than that is read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise InvalidInput("That form does not say how long it is.", status=411)
    if int(length) > most + _ROOM:
        raise InvalidInput("That file is too large.", status=413)
    async with request.form(max_files=1, max_fields=4) as form:
        given, seen = form.get("file"), form.get("seen")
        return Upload(
            content=await given.read() if isinstance(given, UploadFile) else b"",
            seen=seen if isinstance(seen, str) else "",
        )


def back_to(room: str, company_id: str) -> Response:
    """The studio's *room*, which shows what the file brought."""
    return RedirectResponse(_address(room, company_id), 303)


def download(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="application/json", headers=headers)


def refused(request: Request, refusal: PortalError, room: str) -> Response:
    """A page that says why, fault by fault where it can be said, and leads back to the *room*."""
    locale = requested_locale(request)
    back = _address(room, request.query_params.get("company", ""))
    faults = refusal.faults if isinstance(refusal, FileRefused) else ()
    return render(
        "studio/templates/refused.html",
        request,
        status=refusal.status,
        sentence="" if faults else translate(locale, refusal.sentence),
        faults=[(one.at, translate(locale, one.sentence)) for one in faults],
        back=back,
        # The language form's way back too: nobody can open the path of an upload.
        here=back,
    )


def _address(room: str, company_id: str) -> str:
    return f"/studio/{room}/?{urlencode({'company': company_id})}"
