"""What a program is told when the payment provider did not answer its write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from portal_app.intents.errors import Queued, Waiting
from portal_app.kit.errors import PortalError


class NotYet(PortalError):
    """The change is written down and will be made without being asked for again."""

    code = "change_waiting"
    status = 503

    def __init__(self, waiting: Waiting) -> None:
        if isinstance(waiting, Queued):
            super().__init__(
                "An earlier change is still being made. This one is saved and will be made right"
                " after it; you don't have to send it again."
            )
            return
        super().__init__(
            "The payment provider isn't answering. The change is saved and will be made as soon as"
            " it does; you don't have to send it again."
        )


@asynccontextmanager
async def at_the_desk() -> AsyncIterator[None]:
    """Around a write of `intents`: a change that waits is no success, and no refusal either."""
    try:
        yield
    except Waiting as waiting:
        raise NotYet(waiting) from waiting
