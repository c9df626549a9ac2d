"""Keys of the REST API, and writes that must happen once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.kit.columns import json_column, reference, utc
from portal_app.kit.ids import new_id


class ApiKey(SQLModel, table=True):
    """A company's key; shown once, kept as a digest. *scopes* are Whop's names."""

    __tablename__ = "api_keys"

    id: str = Field(default_factory=lambda: new_id("apik"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id"))
    name: str = ""
    digest: str = Field(unique=True)
    hint: str = ""
    scopes: list[str] = Field(default_factory=list, sa_column=json_column())
    created_at: datetime = Field(sa_column=utc())
    expires_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class IdempotentRequest(SQLModel, table=True):
    """A write that was sent with an `Idempotency-Key`, and how it was answered.

    *owner* is whose key it is (`apik_…`, `sint_…`), *digest* the request's. *answer* is JSON as
    text, which keeps its order; it is empty while under way, which nobody believes after
    *leased_until*.
    """

    __tablename__ = "idempotent_requests"
    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: str = Field(default_factory=lambda: new_id("idem"), primary_key=True)
    owner: str
    key: str
    digest: str
    answer: str = ""
    created_at: datetime = Field(sa_column=utc(index=True))
    leased_until: datetime = Field(sa_column=utc())
