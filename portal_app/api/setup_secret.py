"""A setup's own secret: whoever collects the method may ask how far it is and where to go back to.

It is derived, so that no table has to hold it. It is ours and opens nothing at the provider.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from portal_app.api.auth import REFUSAL, Caller, authenticate, bearer
from portal_app.api.scopes import PAYMENT_SETUP_INTENT_MANAGE, PAYMENT_SETUP_INTENT_READ
from portal_app.api.setup_read import OWNER
from portal_app.kit import tokens
from portal_app.kit.errors import Unauthorized
from portal_app.settings import get_settings

_MARK: Final = "_secret_"
_OPENS: Final = (PAYMENT_SETUP_INTENT_READ, PAYMENT_SETUP_INTENT_MANAGE)


def secret_of(setup_id: str) -> str:
    """`sint_…_secret_…`."""
    return setup_id + _MARK + tokens.derive_token(get_settings().secret_key, "setup", setup_id)


async def authenticate_either(request: Request) -> Caller:
    """The holder of a company's key, or of the secret of the setup that the path names."""
    given = bearer(request)
    if _MARK not in given:
        return await authenticate(request)
    setup_id = request.path_params["id"]
    if not tokens.same(given, secret_of(setup_id)):
        raise Unauthorized(REFUSAL)
    company_id = await OWNER.first(id=setup_id)
    if company_id is None:
        raise Unauthorized(REFUSAL)
    return Caller(setup_id, company_id, _OPENS)
