"""What Stripe told us, before it is worked on, and what changed for whom, after."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlmodel import Field, Index, SQLModel

from portal_app.kit.columns import json_column, utc
from portal_app.kit.ids import new_id

# Stands in `changes` for every person there is.
EVERYBODY: Final = "*"


class InboxEvent(SQLModel, table=True):
    """A webhook event, stored as it came; unique per Stripe event id."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_due", "handled_at", "due_at"),)

    id: str = Field(default_factory=lambda: new_id("in"), primary_key=True)
    stripe_event_id: str = Field(unique=True)
    type: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    received_at: datetime = Field(sa_column=utc())
    due_at: datetime = Field(sa_column=utc())
    leased_until: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    attempts: int = 0
    handled_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    dead_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    last_error: str = ""


class Change(SQLModel, table=True):
    """“Something of this person's changed”: web processes read these and refresh open pages."""

    __tablename__ = "changes"

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(index=True)
    topic: str
    at: datetime = Field(sa_column=utc())


class Outage(SQLModel, table=True):
    """A time in which the payment provider did not answer us. `out_…`; at most one is going on.

    *since* is the last answer before it, *noticed_at* when we were sure of it. Wall times.
    """

    __tablename__ = "outages"

    id: str = Field(default_factory=lambda: new_id("out"), primary_key=True)
    # NULL once it is over, as a unique column takes any number of those.
    going_on: bool | None = Field(default=True, unique=True)
    since: datetime = Field(sa_column=utc())
    noticed_at: datetime = Field(sa_column=utc(index=True))
    ended_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class Reconciliation(SQLModel, table=True):
    """When our tables were last compared with the provider; one row for each kind of comparison.

    A row stands too for what one process looks for in them every so often (`turns.Kind`).

    *leased_until* keeps it to one process, the *holder* (`host:pid`). *cursor_at* is the time (the
    provider's) up to which its log of events was read; empty before the first import.
    """

    __tablename__ = "reconciliations"

    kind: str = Field(primary_key=True)
    cursor_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    leased_until: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    holder: str = ""


class ImportCursor(SQLModel, table=True):
    """How far an unfinished import came with one kind of object; a finished import leaves none.

    It moves in the unit of work that writes a page, so that an import that was killed goes on
    behind the last page that is here. *began_at* and *since* are the whole import's.
    """

    __tablename__ = "import_cursors"

    kind: str = Field(primary_key=True)
    after: str | None = None
    finished: bool = False
    seen: int = 0
    written: int = 0
    skipped: int = 0
    unrelated: int = 0
    since: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    began_at: datetime = Field(sa_column=utc())
