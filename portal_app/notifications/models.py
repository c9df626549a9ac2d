"""Mail that is to be sent, and the sandbox's mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel

from portal_app.kit.columns import json_column, utc
from portal_app.kit.ids import new_id


class OutboxMessage(SQLModel, table=True):
    """One mail to one recipient, written in the transaction of what it tells about.

    *payload* holds ids and plain facts for the template, never a secret. The id is also the mail's
    Message-ID, so that a repeat after a crash can be recognised.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "sent_at", "due_at"),)

    id: str = Field(default_factory=lambda: new_id("mail"), primary_key=True)
    kind: str
    recipient: str
    locale: str = "en"
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime = Field(sa_column=utc())
    due_at: datetime = Field(sa_column=utc())
    leased_until: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    dead_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    last_error: str = ""


class SandboxMail(SQLModel, table=True):
    """A mail that the sandbox mailbox received instead of the world."""

    __tablename__ = "sandbox_mails"
    __table_args__ = (Index("ix_sandbox_mails_newest", "recipient", "created_at", "id"),)

    id: str = Field(primary_key=True)
    recipient: str
    subject: str
    text: str
    html: str
    created_at: datetime = Field(sa_column=utc(index=True))
