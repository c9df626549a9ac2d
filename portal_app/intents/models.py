"""What we are about to change at the payment provider, written down before we ask for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Field, Index, SQLModel, text

from portal_app.identity.actor import ActorKind
from portal_app.kit.columns import json_column, str_enum, utc
from portal_app.kit.ids import new_id


class IntentOutcome(StrEnum):
    """How an intent ended. CONFIRMED was not repeated: we only looked what had become of it.

    REFUSED was not done: the provider would not, or it was taken back before anybody asked it.
    """

    DONE = "done"
    REFUSED = "refused"
    CONFIRMED = "confirmed"


_OPEN: Final = "done_at IS NULL AND dead_at IS NULL AND NOT queued"
_QUEUED: Final = "done_at IS NULL AND dead_at IS NULL AND queued"


class Intent(SQLModel, table=True):
    """One write at the provider. `itn_…`; a queue of `jobs` with its columns.

    *about* is the row of ours that it changes (`cust_…`, `mem_…`): one open intent each, so that
    two people, tabs or processes never change the same thing at once. A *queued* one has not begun:
    it waits until the open one is closed, and at most one waits. *payload* is what was asked for,
    in ids and plain values. *attempt* counts idempotency keys, *attempts* tries of the queue.
    *asked_at* is business time, everything else wall time. *refusal* is the code of the error that
    ended it.
    """

    __tablename__ = "intents"
    __table_args__ = (
        Index("ix_intents_due", "done_at", "due_at"),
        Index("ix_intents_about", "about", "created_at"),
        Index(
            "uq_intents_one_open",
            "about",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index(
            "uq_intents_one_queued",
            "about",
            unique=True,
            sqlite_where=text(_QUEUED),
            postgresql_where=text(_QUEUED),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("itn"), primary_key=True)
    kind: str
    about: str
    actor_kind: ActorKind = Field(sa_column=str_enum(ActorKind))
    actor_id: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    queued: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    attempt: int = 1
    asked_at: datetime = Field(sa_column=utc())
    created_at: datetime = Field(sa_column=utc())
    due_at: datetime = Field(sa_column=utc())
    leased_until: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    attempts: int = 0
    done_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    dead_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    outcome: IntentOutcome | None = Field(
        default=None, sa_column=str_enum(IntentOutcome, nullable=True)
    )
    refusal: str = ""
    last_error: str = ""

    @property
    def key(self) -> str:
        """The idempotency key: the same for every repetition of an attempt."""
        return f"{self.id}-{self.attempt}"

    def step_key(self, step: int) -> str:
        """The same for one of several calls."""
        return f"{self.key}-{step}"
