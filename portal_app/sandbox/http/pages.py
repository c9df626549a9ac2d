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


async def invoice_pdf(request: Request) -> Response:
    """As much of a PDF as Stripe's own link needs to lead somewhere: one page, one line."""
    service: Service = request.app.state.service
    found = service.world.objects.get(request.path_params["id"])
    if found is None or found["object"] != "invoice":
        return _html("Not found", "There is no such invoice.", 404)
    total = amounts.written(found["total"], found["currency"])
    line = f"Sandbox invoice {found['number']}: {total}"
    headers = {"Content-Disposition": f'inline; filename="Invoice-{found["number"]}.pdf"'}
    return Response(_pdf(line), media_type="application/pdf", headers=headers)


def _pdf(line: str) -> bytes:
    """A PDF 1.4 file that says *line* (ISO 32000-1, 7.5)."""
    plain = line.encode("latin-1", "replace")
    escaped = plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    drawn = b"BT /F1 14 Tf 60 760 Td (" + escaped + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
    return file + end % (size, table, size) + b"startxref\n%d\n%%%%EOF\n" % len(file)


async def receipt(request: Request) -> Response:
    service: Service = request.app.state.service
    found = service.world.objects.get(request.path_params["id"])
    if found is None or found["object"] != "charge":
        return _html("Not found", "There is no such receipt.", 404)
    return _html("Receipt", f"{amounts.written(found['amount'], found['currency'])} paid.")


async def other(request: Request) -> Response:
    """What nobody has built here."""
    error = not_implemented(f"the page {request.url.path}")
    return JSONResponse({"error": error.body}, error.status)


ROUTES = [
    Route("/pages/invoices/{id}", invoice),
    Route("/pages/invoices/{id}/pdf", invoice_pdf),
    Route("/pages/receipts/{id}", receipt),
    Route("/pages/{path:path}", other),
]
