"""From an outbox row to a mail: each kind's words, in one layout, as text and as HTML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal_app.identity.codes import code_of, link_token_of
from portal_app.identity.models import LoginCode
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.notifications.invitations import recipient_invitation
from portal_app.notifications.models import OutboxMessage
from portal_app.settings import get_settings
from portal_app.ui.catalogue import direction, supported, translate


class NothingToSend(Exception):
    """The mail would be useless by now: its code has expired, for instance."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What a recipient reads. *subject* is one line."""

    subject: str
    text: str
    html: str


async def write_mail(message: OutboxMessage) -> Mail:
    """The mail of *message*; raises NothingToSend, KeyError for a kind nobody knows."""
    return await KINDS[message.kind](message)


async def _sign_in_code(message: OutboxMessage) -> Mail:
    async with database().reading() as session:
        request = await session.get(LoginCode, message.payload["login_code_id"])
    now = wall_now()
    if request is None or request.voided_at or request.used_at or now >= request.expires_at:
        raise NothingToSend
    code = code_of(request.id)
    return render(
        "sign_in_code",
        message.locale,
        subject=translate(message.locale, "Your sign-in code: {code}", code=code),
        code=code,
        link=f"{get_settings().origin}/login/link/{link_token_of(request.id)}/",
        asked_at=_moment(request.created_at, message.locale),
        minutes=(request.expires_at - request.created_at) // timedelta(minutes=1),
    )


KINDS: dict[str, Callable[[OutboxMessage], Awaitable[Mail]]] = {
    "sign_in_code": _sign_in_code,
    "recipient_invitation": recipient_invitation,
}


def render(template: str, locale: str, *, subject: str, **values: Any) -> Mail:  # noqa: ANN401
    """Both forms of `templates/<template>.{txt,html}` within the one layout."""
    origin = get_settings().origin
    context = {
        "_": partial(translate, locale),
        "lang": supported(locale),
        "dir": direction(supported(locale)),
        "subject": subject,
        "origin": origin,
        "host": origin.partition("://")[2],
        **values,
    }
    text, html = (
        _environment().get_template(f"{template}.{form}").render(context)
        for form in ("txt", "html")
    )
    return Mail(subject=" ".join(subject.split()), text=text.strip() + "\n", html=html)


def _moment(at: datetime, locale: str) -> str:
    """“22 November 2026, 21:40 UTC”: mails don't know the reader's zone, so they name theirs."""
    return f"{format_datetime(at, 'd MMMM y, HH:mm', locale=supported(locale))} UTC"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
