"""Setting and clearing the cookies of sign-in."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from portal_app.identity.rules import ABSOLUTE_LIFETIME, DEVICE_LIFETIME
from portal_app.identity.sessions import (
    browser_cookie,
    device_cookie,
    person_of_token,
    session_cookie,
)
from portal_app.settings import get_settings

BROWSER_SECONDS: Final = 3600


def keep_session(response: Response, token: str) -> None:
    _keep(response, session_cookie(), token, int(ABSOLUTE_LIFETIME.total_seconds()))


def keep_browser(response: Response, token: str) -> None:
    _keep(response, browser_cookie(), token, BROWSER_SECONDS)


def keep_device(response: Response, token: str) -> None:
    """At each sign-in, which puts its end off; signing out leaves it, or all would be new ones."""
    _keep(response, device_cookie(), token, int(DEVICE_LIFETIME.total_seconds()))


def drop_session(response: Response) -> None:
    """Clear the cookie and what the tab keeps: its token leads to the state of who just left."""
    response.delete_cookie(
        session_cookie(),
        path="/",
        secure=get_settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )
    forget_storage(response)


async def drop_session_of(response: Response, person_id: str | None, token: str) -> None:
    """For a link that ended all sessions of a person: a stranger who opens it keeps their own."""
    if token and person_id is not None and await person_of_token(token) == person_id:
        drop_session(response)


def forget_storage(response: Response) -> None:
    """ASVS 14.3.1: nothing of the person before stays in this browser.

    Not `"cookies"`: it would take the device along, and whatever the same answer sets is a race.
    """
    response.headers["Clear-Site-Data"] = '"storage"'


def _keep(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=get_settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )
