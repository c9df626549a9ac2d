"""A membership that somebody offers to somebody else, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Index, SQLModel, text

from portal_app.kit.columns import json_column, reference, str_enum, utc
from portal_app.kit.ids import new_id, new_reference


class TransferState(StrEnum):
    """How far it has got. REQUESTED waits for the seller, or until a hold is over.

    While it is ACCEPTED it is being carried out, and nobody can stop it any more. REFUSED is the
    seller's word; FAILED says that the provider would not, and that everything is as it was.
    """

    REQUESTED = "requested"
    OFFERED = "offered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REFUSED = "refused"
    FAILED = "failed"


_QUEUE_SQL = text("state = 'requested' AND needs_approval")
_OPEN_SQL = text("state IN ('requested', 'offered', 'opened', 'accepted')")


class Transfer(SQLModel, table=True):
    """One offer (`trf_…`); at most one open for each membership. Business times.

    *member_id* is the holding that is given away, *person_id* whose it was, empty while nobody had
    claimed it. Without *recipient_key* whoever has the link may accept, once (`source` is `api`).
    The tokens of both links are derived from the id and the secret key; the row has their digests.
    *terms* is what was offered (`rules.Terms`). *consent* is the text that the recipient agreed to,
    at *accepted_at*, with the seller's terms at *terms_url*, and *starts_at* when they are charged
    first. *reason* is why it failed, who stopped
    it, or why the seller refused. *to_member_id* is the holding that came of it. *reference* is
    what both sides can read out.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        Index(
            "uq_transfers_one_open",
            "membership_id",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("ix_transfers_newest", "membership_id", "asked_at", "id"),
        Index("ix_transfers_waiting", "state", "expires_at"),
        Index(
            "ix_transfers_queue",
            "company_id",
            "asked_at",
            "id",
            sqlite_where=_QUEUE_SQL,
            postgresql_where=_QUEUE_SQL,
        ),
    )

    id: str = Field(default_factory=lambda: new_id("trf"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    member_id: str = Field(sa_column=reference("members.id"))
    company_id: str = Field(sa_column=reference("companies.id", index=False))
    person_id: str | None = Field(
        default=None, sa_column=reference("people.id", nullable=True, index=False)
    )
    source: str
    state: TransferState = Field(sa_column=str_enum(TransferState))
    recipient_address: str = ""
    recipient_key: str = ""
    note: str = ""
    locale: str = "en"
    token_digest: str = Field(unique=True)
    stop_digest: str = Field(unique=True)
    terms: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    needs_approval: bool = False
    held_until: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    asked_at: datetime = Field(sa_column=utc())
    offered_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    expires_at: datetime = Field(sa_column=utc())
    opened_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    accepted_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    recipient_person_id: str | None = Field(
        default=None, sa_column=reference("people.id", nullable=True, index=False)
    )
    to_member_id: str | None = None
    consent: str = ""
    terms_url: str = ""
    starts_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    reason: str = ""
    reference: str = Field(default_factory=lambda: new_reference("T"), unique=True)
