"""Where `hosted_invoice_url`, `receipt_url` and Checkout links lead: plain pages, no secrets."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from portal_app.sandbox.engine import amounts
from portal_app.sandbox.engine.errors import not_implemented
from portal_app.sandbox.http.service import Service

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<h1>{title}</h1><p>{text}</p><p>This page belongs to the sandbox. No money moves here.</p></html>
"""


def _html(title: str, text: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text)), status)


async def invoice(request: Request) -> Response:
    service: Service = request.app.state.service
    found = service.world.objects.get(request.path_params["id"])
    if found is None or found["object"] != "invoice":
        return _html("Not found", "There is no such invoice.", 404)
    total = amounts.written(found["total"], found["currency"])
    return _html(f"Invoice {found['number']}", f"{total}, {found['status']}.")


async def receipt(request: Request) -> Response:
    service: Service = request.app.state.service
    found = service.world.objects.get(request.path_params["id"])
    if found is None or found["object"] != "charge":
        return _html("Not found", "There is no such receipt.", 404)
    return _html("Receipt", f"{amounts.written(found['amount'], found['currency'])} paid.")


async def other(request: Request) -> Response:
    """The PDF and the payment page of Checkout are parts of a later issue."""
    error = not_implemented(f"the page {request.url.path}")
    return JSONResponse({"error": error.body}, error.status)


ROUTES = [
    Route("/pages/invoices/{id}", invoice),
    Route("/pages/receipts/{id}", receipt),
    Route("/pages/{path:path}", other),
]
