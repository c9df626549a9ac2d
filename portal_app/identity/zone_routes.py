"""The page on which a time zone is chosen; it works without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_app.identity import answers
from portal_app.identity.account import keep_zone
from portal_app.identity.actor import Actor
from portal_app.identity.sessions import find_actor
from portal_app.identity.visitor import Visitor
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.ui.catalogue import translate
from portal_app.ui.server_pages import render
from portal_app.ui.zones import choices

router = APIRouter(include_in_schema=False)


@router.api_route("/account/zone/", methods=["GET", "HEAD"])
async def zone_page(request: Request) -> Response:
    """Every time zone to choose from, in the reader's words: too many for the page's script."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    return (
        _zones(request, actor)
        if actor
        else answers.see_other(answers.sign_in_path("/account/zone/"))
    )


@router.post("/account/zone/")
async def choose_zone(request: Request) -> Response:
    """Form: `zone`."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return answers.see_other(answers.sign_in_path("/account/zone/"))
    try:
        await keep_zone(actor, (await small_form(request)).get("zone", ""))
    except PortalError as refused:
        return _zones(request, actor, refused)
    return answers.see_other("/account/")


def _zones(request: Request, actor: Actor, refused: PortalError | None = None) -> Response:
    locale, now = Visitor.of(request).locale, wall_now()
    return render(
        "identity/templates/zone.html",
        request,
        status=refused.status if refused else 200,
        chosen=actor.zone,
        now=actor.reader.moment(now),
        regions=choices(locale, now),
        error=translate(locale, refused.sentence) if refused else None,
    )
