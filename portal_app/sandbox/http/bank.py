"""The bank's page, where a customer approves or refuses what an intent waits for.

Whoever holds the client secret may, as with Stripe's own test page. The page stands in a frame of
the stand-in's, which it tells that it is done, or alone; then it leads back to the shop.
"""

from hmac import compare_digest
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_app.sandbox.engine import intents, setup_intents
from portal_app.sandbox.engine.errors import missing
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.scripts import framed
from portal_app.sandbox.http.service import Service, base_of

_PAGE = """<!doctype html><html lang="en" data-answered="{answered}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>3D Secure</title>
<link rel="stylesheet" href="{base}/js/bank.css"><script src="{base}/js/bank.js" defer></script>
<main><h1>{title}</h1><p>{text}</p>{form}
<p class="note">This page belongs to the sandbox. No real bank is asked.</p></main></html>
"""
_FORM = """<form method="post"><button name="outcome" value="succeed">Approve</button>
<button name="outcome" value="fail">Fail</button></form>"""
_WHOLE_WINDOW = '<p><a href="{href}" target="_top">Continue in the whole window</a></p>'


def conclude(world: World, intent_id: str, *, authenticated: bool) -> Obj:
    """The verdict on a waiting intent of either kind."""
    intent = world.objects.get(intent_id, {})
    if intent.get("object") == "setup_intent":
        setup_intents.conclude(world, intent, authenticated=authenticated)
    elif intent.get("object") == "payment_intent":
        intents.conclude(world, intent, authenticated=authenticated)
    else:
        raise missing("intent", intent_id)
    return present(world, world.objects[intent_id])


def _waiting(request: Request) -> Obj | None:
    service: Service = request.app.state.service
    intent = service.world.objects.get(request.path_params["id"], {})
    secret = intent.get("client_secret")
    given = request.query_params.get("client_secret", "")
    if not secret or not compare_digest(secret.encode(), given.encode()):
        return None
    return intent if intent["status"] == "requires_action" else None


def _html(
    request: Request, title: str, text: str, form: str = "", *, answered: bool = False
) -> Response:
    page = _PAGE.format(
        base=escape(base_of(request)),
        title=escape(title),
        text=escape(text),
        form=form,
        answered=str(answered).lower(),
    )
    return framed(HTMLResponse(page))


def _nothing(request: Request) -> Response:
    response = _html(request, "3D Secure", "There is nothing to authenticate.", answered=True)
    response.status_code = 404
    return response


def _return_url(request: Request, intent: Obj) -> str:
    """Of the confirmation, else of the page's own address: both are the secret holder's word."""
    # Nothing is left to do when another answer came in between.
    action = intent["next_action"] or {}
    confirmed: str = (action.get("redirect_to_url") or {}).get("return_url") or ""
    return confirmed or _web_address(request.query_params.get("return_url", ""))


def _web_address(given: str) -> str:
    return given if urlsplit(given).scheme in {"http", "https"} else ""


async def show(request: Request) -> Response:
    if _waiting(request) is None:
        return _nothing(request)
    form = _FORM
    if offered := _web_address(request.query_params.get("offer", "")):
        secret = request.query_params["client_secret"]
        href = f"?{urlencode({'client_secret': secret, 'return_url': offered})}"
        form += _WHOLE_WINDOW.format(href=escape(href))
    return _html(request, "Confirm it's you", "Your bank wants to know that it is you.", form)


async def answer(request: Request) -> Response:
    """Back to where the intent's payer came from, with what Stripe appends to it."""
    intent = _waiting(request)
    if intent is None:
        return _nothing(request)
    service: Service = request.app.state.service
    form = (await request.body()).decode(errors="replace")
    target = _return_url(request, intent)
    await run_in_threadpool(
        service.act,
        lambda world: conclude(world, intent["id"], authenticated="outcome=succeed" in form),
        base=base_of(request),
    )
    if not target:
        return _html(request, "Thank you", "You can close this page.", answered=True)
    return RedirectResponse(_with_outcome(target, service.world.objects[intent["id"]]), 303)


def _with_outcome(target: str, intent: Obj) -> str:
    kind = intent["object"]
    succeeded = intent["status"] in ("succeeded", "processing")
    extra = {
        kind: intent["id"],
        f"{kind}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if succeeded else "failed",
    }
    return f"{target}{'&' if '?' in target else '?'}{urlencode(extra)}"


ROUTES = [
    Route("/pages/authenticate/{id}", show, methods=["GET"]),
    Route("/pages/authenticate/{id}", answer, methods=["POST"]),
]
