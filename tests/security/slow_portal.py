"""The whole portal with handlers that only tests have: one is slow, and open to anybody."""

from __future__ import annotations

import asyncio
import os

import reflex as rx
from starlette.types import ASGIApp

from portal_app import asgi

# Before anything of the portal is imported that Reflex reads them for.
os.environ.update(asgi.REFLEX)

from portal_app.identity.policy import Policy, allow

# Long enough for a queue to form behind it, short enough to let the server end.
SECONDS = 8.0


class SlowState(rx.State):
    """Stands for a handler that waits for somebody else's server."""

    @rx.event
    @allow(Policy.PUBLIC)
    async def wait(self, text: str) -> None:
        del text
        await asyncio.sleep(SECONDS)


def application() -> ASGIApp:
    return asgi.application()
