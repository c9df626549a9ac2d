"""The code and the link of a sign-in request, derived from its id: no table holds either."""

from __future__ import annotations

from portal_app.kit.tokens import derive_code, derive_token, digest
from portal_app.settings import get_settings


def code_of(login_code_id: str) -> str:
    """The six digits of the mail."""
    return derive_code(get_settings().secret_key, "sign-in-code", login_code_id)


def link_token_of(login_code_id: str) -> str:
    """The token in the mail's link, 256 bits."""
    return derive_token(get_settings().secret_key, "sign-in-link", login_code_id)


def keyed(token: str) -> str:
    """What the database keeps of a token (link, browser or session)."""
    return digest(get_settings().secret_key, token)
