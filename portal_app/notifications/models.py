"""Mail that is to be sent, what was told to whom, and the sandbox's mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from portal_app.kit.columns import json_column, reference, utc
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


class NoticeSwitch(SQLModel, table=True):
    """Whether the portal sends a kind of notice, and since when; no row is “off”.

    *since* is business time: what happened before is told to nobody. *seen_until* is wall time: up
    to there the events that were worked on have been looked at for this kind.
    """

    __tablename__ = "notice_switches"

    kind: str = Field(primary_key=True)
    is_on: bool
    since: datetime = Field(sa_column=utc())
    seen_until: datetime = Field(sa_column=utc())
    changed_at: datetime = Field(sa_column=utc())


class NoticeSent(SQLModel, table=True):
    """One thing told to one address, once: the constraint is what keeps it to that. `nsnt_…`.

    *subject_id* says what it is about: a payment, an attempt to charge, a membership's renewal.
    *quiet* ones were found by an import, and nobody was written to. Wall time.
    """

    __tablename__ = "notices_sent"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "recipient"),)

    id: str = Field(default_factory=lambda: new_id("nsnt"), primary_key=True)
    kind: str
    subject_id: str
    recipient: str
    quiet: bool
    sent_at: datetime = Field(sa_column=utc(index=True))


class NoticePreference(SQLModel, table=True):
    """A person's own choice about a kind that may be chosen; no row is the kind's default."""

    __tablename__ = "notice_preferences"

    person_id: str = Field(sa_column=reference("people.id", index=False, primary_key=True))
    kind: str = Field(primary_key=True)
    wanted: bool
    changed_at: datetime = Field(sa_column=utc())
