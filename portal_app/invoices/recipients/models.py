"""Who else gets a person's receipts: an accountant, who has no account here."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, text

from portal_app.kit.columns import reference, utc
from portal_app.kit.ids import new_id


class ReceiptRecipient(SQLModel, table=True):
    """An address that a person asked receipts to be sent to as well. `rcpt_…`.

    It gets nothing but the invitation until whoever reads it has agreed (*verified_at*), and
    nothing any more once it was removed or said no (*stopped_at*). *asked_at* is of the newest
    invitation. The link's token is derived from `id` and the secret key; the row has its digest.
    Wall times.
    """

    __tablename__ = "receipt_recipients"
    __table_args__ = (
        Index(
            "uq_receipt_recipients_one_open",
            "person_id",
            "address_key",
            unique=True,
            sqlite_where=text("stopped_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("rcpt"), primary_key=True)
    person_id: str = Field(sa_column=reference("people.id"))
    address: str
    address_key: str
    locale: str = "en"
    link_digest: str = Field(unique=True)
    asked_at: datetime = Field(sa_column=utc())
    verified_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    stopped_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
