"""The two links of a transfer: to answer it by, and to stop it by when it wasn't you."""

from __future__ import annotations

import re
from typing import Final

from portal_app.identity.codes import keyed
from portal_app.kit.tokens import derive_token
from portal_app.settings import get_settings

_TOKEN: Final = re.compile(r"[0-9a-f]{64}")


def token_of(transfer_id: str) -> str:
    """256 bits that only this portal can compute; no table holds them."""
    return derive_token(get_settings().secret_key, "transfer", transfer_id)


def stop_token_of(transfer_id: str) -> str:
    return derive_token(get_settings().secret_key, "transfer-stop", transfer_id)


def path_of(transfer_id: str) -> str:
    return path_behind(token_of(transfer_id))


def path_behind(token: str) -> str:
    return f"/transfer/{token}/"


def stop_path_of(transfer_id: str) -> str:
    return f"/transfer/stop/{stop_token_of(transfer_id)}/"


def is_token(given: object) -> bool:
    return isinstance(given, str) and _TOKEN.fullmatch(given) is not None


def digest_of_link(token: str) -> str:
    return keyed(token)
