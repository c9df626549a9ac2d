"""The outbox as domains see it: append a mail in the transaction of what it tells about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from portal_app.kit.clock import wall_now
from portal_app.notifications.models import OutboxMessage

_listeners: set[Callable[[], None]] = set()


def append_mail(
    session: AsyncSession, *, kind: str, recipient: str, locale: str, payload: Mapping[str, Any]
) -> OutboxMessage:
    """Add one mail of *kind* (see `mails.KINDS`); sent soon after the commit, or never without one.

    *payload* holds ids and plain facts, no secret: codes and links are derived when the mail is
    written.
    """
    now = wall_now()
    message = OutboxMessage(
        kind=kind,
        recipient=recipient,
        locale=locale,
        payload=dict(payload),
        created_at=now,
        due_at=now,
    )
    session.add(message)
    event.listen(session.sync_session, "after_commit", _committed, once=True)
    return message


def listen(listener: Callable[[], None]) -> Callable[[], None]:
    """Call *listener* after each commit of this process with new mail; returns how to stop."""
    _listeners.add(listener)
    return lambda: _listeners.discard(listener)


def _committed(_session: Session) -> None:
    for listener in tuple(_listeners):
        listener()
