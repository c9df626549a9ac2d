"""A Stripe for both sides of `peer.py`: what the sandbox answered once, again, after a given time.

Nothing changes there while it is measured, so that neither side pays for the sandbox's own work,
and the slow Stripe is slow by nothing but the wait.
"""

from __future__ import annotations

import asyncio
import os

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BAD_REQUEST = 400


def app() -> Starlette:
    """In front of `BENCH_STRIPE_BASE`; each answer takes `BENCH_STRIPE_SECONDS`."""
    seconds = float(os.environ["BENCH_STRIPE_SECONDS"])
    http = httpx.AsyncClient(base_url=os.environ["BENCH_STRIPE_BASE"], timeout=60)
    remembered: dict[str, tuple[int, bytes]] = {}

    async def answer(request: Request) -> Response:
        asked = f"{request.url.path}?{request.url.query}"
        if asked not in remembered:
            headers = {"Authorization": request.headers.get("authorization", "")}
            reply = await http.get(asked, headers=headers)
            if reply.status_code == BAD_REQUEST:
                # The peer asks for fields of older days too, which the sandbox doesn't have.
                reply = await http.get(request.url.path, headers=headers)
            remembered[asked] = reply.status_code, reply.content
        await asyncio.sleep(seconds)
        status, body = remembered[asked]
        return Response(body, status, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET"])])
