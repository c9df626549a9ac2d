"""Where a bank sends a customer back to: on to where the company wants them by now.

It has to be an address of ours, since the company may change its mind until the customer returns
and the provider takes no other address once it has one.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal_app.api.setup_read import RETURN_URL
from portal_app.kit.ids import has_prefix
from portal_app.settings import get_settings

RETURN: Final = "/api/setup_intents/{id}/return"
_NOWHERE: Final = "/payment-methods/"


def come_back_to() -> str:
    """The address for a setup's id; it has a place for it."""
    return get_settings().origin + RETURN


async def come_back(request: Request) -> Response:
    """An unknown setup and one without an address lead to the portal's own page alike."""
    name = request.path_params["id"]
    url = await RETURN_URL.first(id=name) if has_prefix(name, "sint") else None
    return RedirectResponse(url or _NOWHERE, 303)
