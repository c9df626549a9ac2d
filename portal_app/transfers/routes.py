"""What a recipient sees and answers, and “this wasn't me”: pages that work without JavaScript.

A GET neither accepts nor declines nor stops anything: mail scanners follow links. Whether a post
comes from our own pages is checked in front of all routes (`kit.http.same_origin`).
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal_app.branding.published import looks
from portal_app.branding.service import page_brand
from portal_app.identity.actor import Actor
from portal_app.identity.answers import see_other, sign_in_path
from portal_app.identity.cookies import drop_session, drop_session_of
from portal_app.identity.limits import admit_try
from portal_app.identity.sessions import end_session, find_actor
from portal_app.identity.visitor import Visitor
from portal_app.intents.errors import Waiting
from portal_app.intents.service import desk
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.http.forms import small_form
from portal_app.payment_methods.views import add_href
from portal_app.transfers.errors import TransferNotFound
from portal_app.transfers.links import path_behind
from portal_app.transfers.service import (
    Offer,
    RecipientPage,
    Verdict,
    accept,
    behind_link,
    behind_stop_link,
    confirmation_path,
    decline,
    it_was_not_me,
    mark_opened,
    place_for_card,
    recipient_page,
)
from portal_app.transfers.views import accept_form, dead_view, not_theirs_view, offer_view
from portal_app.ui.reader import Reader
from portal_app.ui.server_pages import link_over, render
from portal_app.ui.zones import UTC_ZONE

log = logging.getLogger(__name__)
router = APIRouter(prefix="/transfer", include_in_schema=False)
_TEMPLATES: Final = "transfers/templates"
_READ: Final = ["GET", "HEAD"]


@router.api_route("/stop/{token}/", methods=_READ)
async def stop_page(request: Request, token: str) -> Response:
    """What was offered in somebody's name, and a button to stop it with."""
    visitor = Visitor.of(request)
    try:
        await admit_try("", visitor.ip)
        async with database().reading() as session:
            offer = await behind_stop_link(session, token)
    except TransferNotFound:
        return link_over(request, status=TransferNotFound.status, here="/")
    except PortalError as refused:
        return _told(request, refused)
    return _stop(request, offer, done=False)


@router.post("/stop/{token}/")
async def stop(request: Request, token: str) -> Response:
    """The form has no fields."""
    try:
        await small_form(request)
        await it_was_not_me(database(), token)
        async with database().reading() as session:
            offer = await behind_stop_link(session, token)
    except TransferNotFound:
        return link_over(request, status=TransferNotFound.status, here="/")
    except PortalError as refused:
        return _told(request, refused)
    response = _stop(request, offer, done=True)
    await drop_session_of(response, offer.transfer.person_id, Visitor.of(request).session)
    return response


@router.api_route("/{token}/", methods=_READ)
async def offer_page(request: Request, token: str) -> Response:
    """The offer to anybody who has the link; whoever is signed in can answer it."""
    visitor = Visitor.of(request)
    actor = await find_actor(visitor.cookie_header)
    try:
        if actor is None:
            await admit_try("", visitor.ip)
        elif request.method == "GET":
            await mark_opened(database(), actor, token)
        return await _page(request, token, actor)
    except PortalError as refused:
        return _told(request, refused)


@router.post("/{token}/accept/")
async def accept_it(request: Request, token: str) -> Response:
    """Form: `shown`, `method`. Afterwards the membership's own page, or the link's says how far."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return see_other(sign_in_path(path_behind(token)))
    try:
        form = await small_form(request)
        await looks.refresh()
        async with database().reading() as session:
            page = await recipient_page(session, actor, token)
        words = accept_form(_reader(request, actor), page).agreed if page.refusal is None else ""
        await accept(
            desk(),
            actor,
            token,
            shown=form.get("shown"),
            method_id=form.get("method"),
            consent=words,
        )
    except Waiting:
        return see_other(path_behind(token))
    except TransferNotFound as refused:
        return _told(request, refused)
    except PortalError as refused:
        return await _page(request, token, actor, error=refused)
    return see_other(await _after(actor, token))


async def _after(actor: Actor, token: str) -> str:
    """The membership in its new hands; the link's page says it when it could not be done."""
    async with database().reading() as session:
        page = await recipient_page(session, actor, token)
    return f"/billing/manage/{page.to_member_id}/" if page.to_member_id else path_behind(token)


@router.post("/{token}/decline/")
async def decline_it(request: Request, token: str) -> Response:
    """The form has no fields."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return see_other(sign_in_path(path_behind(token)))
    try:
        await small_form(request)
        await decline(database(), actor, token)
    except TransferNotFound as refused:
        return _told(request, refused)
    except PortalError as refused:
        return await _page(request, token, actor, error=refused)
    return see_other(path_behind(token))


@router.post("/{token}/card/")
async def add_card(request: Request, token: str) -> Response:
    """To the provider's form, for a customer that can be billed in the offer's currency."""
    actor = await find_actor(Visitor.of(request).cookie_header)
    if actor is None:
        return see_other(sign_in_path(path_behind(token)))
    try:
        await small_form(request)
        customer = await place_for_card(desk(), actor, token)
    except TransferNotFound as refused:
        return _told(request, refused)
    except PortalError as refused:
        return await _page(request, token, actor, error=refused)
    return see_other(add_href(customer.id, transfer=token))


@router.post("/{token}/switch/")
async def switch_account(request: Request, token: str) -> Response:
    """Sign out, and come back here as somebody else."""
    visitor = Visitor.of(request)
    await small_form(request)
    if visitor.session:
        await end_session(visitor.session)
    response = see_other(sign_in_path(path_behind(token)))
    drop_session(response)
    return response


async def _page(
    request: Request, token: str, actor: Actor | None, *, error: PortalError | None = None
) -> Response:
    page = None
    await looks.refresh()
    async with database().reading() as session:
        if actor is None:
            offer = await behind_link(session, token)
        else:
            page = await recipient_page(session, actor, token)
            offer = page.offer
    reader = _reader(request, actor)
    status = error.status if error else HTTPStatus.OK
    if offer.verdict is not Verdict.OPEN:
        return _dead(request, offer, page, status=status)
    if page is not None and page.refusal is not None and actor is not None:
        return _not_theirs(request, page, actor, status=status)
    row = offer.subject.row
    return render(
        f"{_TEMPLATES}/offer.html",
        request,
        status=status,
        view=offer_view(reader, offer),
        brand=await page_brand(row.company.id, product_id=row.product.id),
        signed_in_as=actor.email if actor else "",
        form=accept_form(reader, page) if page is not None else None,
        sign_in=sign_in_path(path_behind(token)),
        error=reader.say(error.sentence) if error else None,
    )


def _not_theirs(
    request: Request, page: RecipientPage, actor: Actor, *, status: int = HTTPStatus.OK
) -> Response:
    """Nothing of the offer: who is signed in is not whom it was made to."""
    own = page.offer.transfer.person_id == actor.person_id
    title, sentence = not_theirs_view(_reader(request), own=own)
    return render(
        f"{_TEMPLATES}/not_theirs.html",
        request,
        status=status,
        title=title,
        sentence=sentence,
        signed_in_as=actor.email,
        own_offer=f"/billing/manage/{page.offer.transfer.member_id}/transfer/" if own else "",
    )


def _dead(request: Request, offer: Offer, page: RecipientPage | None, *, status: int) -> Response:
    title, sentence = dead_view(_reader(request), offer)
    to_member_id = page.to_member_id if page else ""
    gone = HTTPStatus.GONE if offer.verdict is not Verdict.ACCEPTED else HTTPStatus.OK
    return render(
        f"{_TEMPLATES}/dead.html",
        request,
        status=HTTPStatus.OK if to_member_id else max(status, gone),
        title=title,
        sentence=sentence,
        membership=f"/billing/manage/{to_member_id}/" if to_member_id else "",
        confirmation=confirmation_path(offer.transfer.id),
        again=offer.verdict is Verdict.ACCEPTED,
    )


def _stop(request: Request, offer: Offer, *, done: bool) -> Response:
    reader = _reader(request)
    return render(
        f"{_TEMPLATES}/stop.html",
        request,
        view=offer_view(reader, offer),
        recipient=offer.transfer.recipient_address,
        done=done,
        completed=offer.verdict is Verdict.USED,
        # Whoever has accepted it keeps it: the transfer goes on whatever is pressed here.
        under_way=offer.verdict is Verdict.ACCEPTED,
        here="/",
    )


def _told(request: Request, refused: PortalError) -> Response:
    """It does not repeat its address, which may be anything, nor return there."""
    reader = _reader(request)
    return render(
        f"{_TEMPLATES}/dead.html",
        request,
        status=refused.status,
        title=reader.say("This link doesn't work"),
        sentence=reader.say(refused.sentence),
        membership="",
        again=False,
        here="/",
    )


def _reader(request: Request, actor: Actor | None = None) -> Reader:
    """Whoever is signed in reads times in their own zone, and agrees to what they read."""
    return Reader(Visitor.of(request).locale, actor.zone if actor else UTC_ZONE)
