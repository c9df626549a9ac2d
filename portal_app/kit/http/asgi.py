"""Small pieces of ASGI that the classes of this folder share."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Scope, Send

Headers = Iterable[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> str:
    """The first value of a request header (*name* in lower case), else an empty text."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


async def respond(
    send: Send,
    status: int,
    headers: Headers = (),
    body: bytes = b"",
    *,
    head_only: bool = False,
) -> None:
    """Send a whole response; *head_only* for HEAD, whose length is that of the GET."""
    own = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": b"" if head_only else body})


async def redirect(send: Send, location: str, status: int = 303) -> None:
    """Send the browser to *location*, which is a path of ours."""
    headers = ((b"location", location.encode("latin-1")), (b"cache-control", b"no-store"))
    await respond(send, status, headers)
