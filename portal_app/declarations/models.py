"""Declarations: what somebody wrote on a statutory page, and what was made of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Index, SQLModel, text

from portal_app.kit.columns import json_column, reference, str_enum, utc
from portal_app.kit.ids import new_id


class DeclarationKind(StrEnum):
    """What is declared: that a contract ends, or that it is undone from its beginning."""

    CANCELLATION = "cancellation"
    WITHDRAWAL = "withdrawal"


class Finding(StrEnum):
    """What a declaration was found to be about.

    SCHEDULED ends with its period. IN_TIME and TOO_LATE are withdrawals from one membership. Of the
    others none was carried out: no membership, several, one that can't be ended at a period's end
    (NOTHING_RENEWS, ENDS_ALREADY, NO_PERIOD), a date that was wished for beyond it, one that its
    holder took back lately, and one that the provider refused.
    """

    SCHEDULED = "scheduled"
    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    NONE = "none"
    SEVERAL = "several"
    NOTHING_RENEWS = "nothing_renews"
    ENDS_ALREADY = "ends_already"
    NO_PERIOD = "no_period"
    LATER_DATE = "later_date"
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"


class Declaration(SQLModel, table=True):
    """One declaration, `decl_…`; a queue of `jobs` with its columns.

    *name*, *address*, *contract*, *grounds* and *wished_on* are what was typed; *extraordinary*
    says that it shall end at once, for the reason in *grounds*. *asked_at* and *takes_effect_at*
    are business times, *undone_at* and everything else wall times. *form_key* is of the form that
    was sent, so that pressing twice declares once.

    *finding* with *membership_id* and *member_id* is what the loop made of it, *told_address* who
    was told besides whoever declared; *refund* is what `rules.withdrawal` computed. It waits for
    the seller until *resolved_at*. The token of the link that takes it back is derived from `id`
    and the secret key; the row has its digest.
    """

    __tablename__ = "declarations"
    __table_args__ = (
        Index("ix_declarations_due", "handled_at", "due_at"),
        Index("ix_declarations_membership", "membership_id", "asked_at"),
        Index(
            "ix_declarations_open",
            "company_id",
            "asked_at",
            "id",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("decl"), primary_key=True)
    form_key: str = Field(unique=True)
    kind: DeclarationKind = Field(sa_column=str_enum(DeclarationKind))
    company_id: str = Field(sa_column=reference("companies.id", index=False))
    name: str
    address: str
    address_key: str
    contract: str
    extraordinary: bool = False
    grounds: str = ""
    wished_on: date | None = None
    locale: str = "en"
    asked_at: datetime = Field(sa_column=utc())
    undo_digest: str = Field(unique=True)
    due_at: datetime = Field(sa_column=utc())
    leased_until: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    attempts: int = 0
    handled_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    dead_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    last_error: str = ""
    finding: Finding | None = Field(default=None, sa_column=str_enum(Finding, nullable=True))
    membership_id: str | None = Field(
        default=None, sa_column=reference("memberships.id", nullable=True, index=False)
    )
    member_id: str | None = Field(default=None, sa_column=reference("members.id", nullable=True))
    told_address: str = ""
    takes_effect_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    refund: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    undone_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    resolved_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    resolution: str = ""
    # Last, since it hides the function of the same name.
    reference: str = Field(unique=True)
