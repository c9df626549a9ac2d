"""Codes and links of sign-in requests and step-ups, derived from their ids: no table holds them."""

from __future__ import annotations

from portal_app.kit.tokens import derive_code, derive_token, digest
from portal_app.settings import get_settings


def code_of(login_code_id: str) -> str:
    """The six digits of the mail."""
    return derive_code(get_settings().secret_key, "sign-in-code", login_code_id)


def approval_code_of(step_up_id: str, number: int) -> str:
    """The six digits that confirm a step-up; each one sent (*number*) ends the one before."""
    return derive_code(get_settings().secret_key, "step-up-code", f"{step_up_id}:{number}")


def undo_token_of(change_id: str) -> str:
    """The token of the link that undoes a change of the first address."""
    return derive_token(get_settings().secret_key, "undo-primary", change_id)


def link_token_of(login_code_id: str) -> str:
    """The token in the mail's link, 256 bits."""
    return derive_token(get_settings().secret_key, "sign-in-link", login_code_id)


def device_digest(token: str, person_id: str) -> str:
    """What the database keeps of a device's token: another digest for each of its people."""
    return keyed(f"{token}:{person_id}")


def keyed(token: str) -> str:
    """What the database keeps of a token (link, browser or session)."""
    return digest(get_settings().secret_key, token)
