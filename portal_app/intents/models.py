"""What we are about to change at the payment provider, written down before we ask for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Index, SQLModel, text

from portal_app.identity.actor import ActorKind
from portal_app.kit.columns import json_column, str_enum, utc
from portal_app.kit.ids import new_id


class IntentOutcome(StrEnum):
    """How an intent ended. CONFIRMED was not repeated: we only looked what had become of it."""

    DONE = "done"
    REFUSED = "refused"
    CONFIRMED = "confirmed"


class Intent(SQLModel, table=True):
    """One write at the provider. `itn_…`; a queue of `jobs` with its columns.

    *about* is the row of ours that it changes (`cust_…`, `mem_…`): one open intent each, so that
    two people, tabs or processes never change the same thing at once. *payload* is what was asked
    for, in ids and plain values. *attempt* counts idempotency keys, *attempts* tries of the queue.
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
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("itn"), primary_key=True)
    kind: str
    about: str
    actor_kind: ActorKind = Field(sa_column=str_enum(ActorKind))
    actor_id: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
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
