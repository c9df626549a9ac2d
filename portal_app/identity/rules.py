"""Pure decisions of sign-in: how long things last, and what a sign-in request still allows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal_app.identity.errors import CodeExpired, CodeReplaced, CodeUsed, TooManyTries
from portal_app.identity.models import LoginCode
from portal_app.kit.errors import PortalError
from portal_app.kit.http.paths import safe_path

CODE_LIFETIME: Final = timedelta(minutes=10)  # ASVS 6.5.5
MAX_WRONG_TRIES: Final = 5
RESEND_AFTER: Final = timedelta(seconds=30)
IDLE_LIFETIME: Final = timedelta(minutes=30)
ABSOLUTE_LIFETIME: Final = timedelta(hours=12)
# How long a browser is known after its last sign-in; browsers keep no cookie for longer.
DEVICE_LIFETIME: Final = timedelta(days=400)
SEEN_EVERY: Final = timedelta(minutes=1)
DEFAULT_NEXT: Final = "/orders/"
_MAX_NEXT: Final = 500


def refusal(request: LoginCode, now: datetime) -> PortalError | None:
    """Why *request* signs nobody in any more; None while it does. The limit itself is too late."""
    if request.used_at is not None:
        return CodeUsed()
    if request.wrong_tries >= MAX_WRONG_TRIES:
        return TooManyTries()
    if now >= request.expires_at:
        return CodeExpired()
    return CodeReplaced() if request.voided_at is not None else None


def is_live(*, last_seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session that nobody ended has run into neither of its two limits."""
    return now < expires_at and now - last_seen_at < IDLE_LIFETIME


def safe_next(path: str | None) -> str:
    """*path* when it is a page of ours, else the orders page.

    Other hosts are refused by `safe_path`; besides, `/auth/` is no page, and `/login/` no target.
    """
    path = safe_path(path, "")
    if not path or len(path) > _MAX_NEXT or not path.isprintable():
        return DEFAULT_NEXT
    page = path.split("?")[0].split("#")[0]
    if page.startswith(("/auth/", "/login")) or "/../" in f"{page}/" or "//" in page:
        return DEFAULT_NEXT
    return path


def digits_of(typed: str) -> str:
    """The digits of a code as people type it: spaces, hyphens and full-width digits are theirs."""
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())
