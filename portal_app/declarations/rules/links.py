"""The one secret behind a declaration's link that takes it back, and how long it is good for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.kit.tokens import derive_token
from portal_app.settings import get_settings

# Somebody on holiday reads their mail late; what ends later than that can be kept by signing in.
UNDO_FOR: Final = timedelta(days=40)


def undo_token_of(declaration_id: str) -> str:
    """256 bits; no table holds it."""
    return derive_token(get_settings().secret_key, "declaration-undo", declaration_id)


def can_be_undone(declaration: Declaration, now: datetime) -> bool:
    """Whether its holder may still say that it was not them, at *now* (wall time).

    What was withdrawn from has ended when it is carried out, even if its refund was refused: no
    link brings it back then.
    """
    ended = declaration.resolved_at is not None or declaration.finding is Finding.REFUSED
    if ended and declaration.kind is DeclarationKind.WITHDRAWAL:
        return False
    handled = declaration.handled_at or declaration.due_at
    waits = declaration.undone_at is None and bool(declaration.told_address)
    return waits and now < handled + UNDO_FOR
