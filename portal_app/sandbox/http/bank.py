"""The bank's page, where a customer approves or refuses what an intent waits for.

Whoever holds the client secret may, as with Stripe's own test page.
"""

from hmac import compare_digest
from html import escape
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_app.sandbox.engine import intents, setup_intents
from portal_app.sandbox.engine.errors import missing
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.http.service import Service, base_of

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>3D Secure</title>
<h1>3D Secure</h1><p>{text}</p>{form}<p>This page belongs to the sandbox.</p></html>
"""
_FORM = """<form method="post"><button name="outcome" value="succeed">Complete</button>
<button name="outcome" value="fail">Fail</button></form>"""


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
    given = request.query_params.get("client_secret", "")
    if not compare_digest(intent.get("client_secret") or "none", given):
        return None
    return intent if intent["status"] == "requires_action" else None


def _html(text: str, form: str = "", status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(text=escape(text), form=form), status)


async def show(request: Request) -> Response:
    if _waiting(request) is None:
        return _html("There is nothing to authenticate.", status=404)
    return _html("Your bank would like to know that it is you.", _FORM)


async def answer(request: Request) -> Response:
    """Back to the intent's `return_url`, with what Stripe appends to it."""
    intent = _waiting(request)
    if intent is None:
        return _html("There is nothing to authenticate.", status=404)
    service: Service = request.app.state.service
    form = (await request.body()).decode(errors="replace")
    redirect = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
    await run_in_threadpool(
        service.act,
        lambda world: conclude(world, intent["id"], authenticated="outcome=succeed" in form),
        base=base_of(request),
    )
    if not redirect:
        return _html("Thank you. You can close this page.")
    kind = intent["object"]
    succeeded = service.world.objects[intent["id"]]["status"] in ("succeeded", "processing")
    extra = {
        kind: intent["id"],
        f"{kind}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if succeeded else "failed",
    }
    joint = "&" if "?" in redirect else "?"
    return RedirectResponse(f"{redirect}{joint}{urlencode(extra)}", 303)


ROUTES = [
    Route("/pages/authenticate/{id}", show, methods=["GET"]),
    Route("/pages/authenticate/{id}", answer, methods=["POST"]),
]
