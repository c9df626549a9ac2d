"""Debits that were on their way when what they were to pay for was given up."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal_app.kit.columns import reference, utc


class LateDebit(SQLModel, table=True):
    """The open invoice of a period that will not run, for which a bank has been asked already.

    Nothing calls such a debit back, so what still arrives is given back. Business times: *noted_at*
    is when the period was given up, *settled_at* when the money was given back or could not arrive
    any more.
    """

    __tablename__ = "late_debits"

    stripe_invoice_id: str = Field(primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id"))
    noted_at: datetime = Field(sa_column=utc())
    settled_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
