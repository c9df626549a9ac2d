"""Small forms of people: text fields, nothing else."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from portal_app.kit.errors import InvalidInput

LARGEST_FORM: Final = 16_384


async def small_form(request: Request) -> dict[str, str]:
    """The text fields of a form of at most 16 kB; raises InvalidInput (411, 413) for any other."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise InvalidInput("That form does not say how long it is.", status=411)
    if int(length) > LARGEST_FORM:
        raise InvalidInput("That form is too large.", status=413)
    form = await request.form(max_files=0, max_fields=20)
    return {name: value for name, value in form.items() if isinstance(value, str)}
