"""Checkout's page: a customer picks a test card and saves it or pays with it, or goes back.

Whoever has the address may, as with Stripe's own page: it holds the session's id, which nobody can
guess.
"""

from html import escape
from typing import Final
from urllib.parse import parse_qs, urlsplit

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_app.sandbox.engine import amounts, checkout_completion
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj
from portal_app.sandbox.http.scripts import framed
from portal_app.sandbox.http.service import Service, base_of

_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Checkout</title>
<link rel="stylesheet" href="{base}/js/bank.css">
<main><h1>{title}</h1>{body}
<p class="note">This page belongs to the sandbox. No real card is asked for and no money moves.</p>
</main></html>
"""
_FORM: Final = """{problem}<form method="post">
<fieldset><legend>Test card</legend>{cards}</fieldset>
<button value="succeed">{button}</button></form>{back}"""
# Documented test methods, by what they show.
_CARDS: Final = {
    "pm_card_visa": "Visa ending 4242",
    "pm_card_mastercard": "Mastercard ending 4444",
    "pm_card_authenticationRequiredOnSetup": "Visa ending 3155, which asks your bank",
    "pm_card_chargeCustomerFail": "Visa ending 0341, which is saved and then can't be charged",
    "pm_card_chargeDeclined": "Visa ending 0002, which is declined",
}
_DEBITS: Final = {"pm_sepaDebit_success_de": "SEPA debit from DE…3000"}


def _session(request: Request) -> Obj | None:
    service: Service = request.app.state.service
    found = service.world.objects.get(request.path_params["id"], {})
    return found if found.get("object") == "checkout.session" else None


def _html(request: Request, title: str, body: str, status: int = 200) -> Response:
    page = _PAGE.format(base=escape(base_of(request)), title=escape(title), body=body)
    return framed(HTMLResponse(page, status))


def _missing(request: Request) -> Response:
    return _html(request, "Not found", "<p>There is no such page.</p>", 404)


def _over(request: Request, session: Obj) -> Response:
    return _html(request, "Nothing to do", f"<p>This page is {escape(session['status'])}.</p>")


def _form(request: Request, session: Obj, problem: str = "", status: int = 200) -> Response:
    saving = session["mode"] == "setup"
    offered = {**_CARDS, **(_DEBITS if saving else {})}
    body = _FORM.format(
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        cards="".join(_card(*one, first=not at) for at, one in enumerate(offered.items())),
        button="Save" if saving else escape(f"Pay {_total(session)}"),
        back=_link(session["cancel_url"]),
    )
    title = "Save a payment method" if saving else "Pay"
    return _html(request, title, body, status)


def _card(token: str, label: str, *, first: bool) -> str:
    checked = " checked" if first else ""
    return (
        f'<label><input type="radio" name="card" value="{escape(token)}"{checked}>'
        f" {escape(label)}</label>"
    )


def _link(address: str | None) -> str:
    if not address or urlsplit(address).scheme not in {"http", "https"}:
        return ""
    return f'<p><a href="{escape(address)}">Back without saving</a></p>'


def _total(session: Obj) -> str:
    return amounts.written(session["amount_total"], session["currency"])


async def show(request: Request) -> Response:
    session = _session(request)
    if session is None:
        return _missing(request)
    return _form(request, session) if session["status"] == "open" else _over(request, session)


async def submit(request: Request) -> Response:
    """To where the shop wants the customer when it is done; a refusal stays on the page."""
    session = _session(request)
    if session is None:
        return _missing(request)
    if session["status"] != "open":
        return _over(request, session)
    service: Service = request.app.state.service
    given = parse_qs((await request.body()).decode(errors="replace")).get("card", [""])
    token = given[0]
    answer = await run_in_threadpool(
        service.act,
        lambda world: present(world, checkout_completion.complete(world, session["id"], token)),
        base=base_of(request),
    )
    if answer.status != 200:  # noqa: PLR2004 - OK
        refusal = orjson.loads(answer.body)["error"]["message"]
        return _form(request, session, refusal, answer.status)
    target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return RedirectResponse(target, 303)


ROUTES = [
    Route("/pages/checkout/{id}", show, methods=["GET"]),
    Route("/pages/checkout/{id}", submit, methods=["POST"]),
]
