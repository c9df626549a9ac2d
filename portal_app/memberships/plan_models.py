"""Changes of plan that somebody asked for."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, text

from portal_app.kit.columns import currency, minor_units, reference, utc
from portal_app.kit.ids import new_id
from portal_app.kit.money import Money

_PENDING = "happened_at IS NULL AND dropped_at IS NULL"


class RequestedPlanChange(SQLModel, table=True):
    """A change of plan or quantity. `pchg_…`; business times. At most one of a membership pends.

    *asked_at* is when somebody wanted it, *effective_at* when they were told that it begins (with
    Stripe's word for it since), *happened_at* when it did. *dropped_at* is when it was given up
    instead: taken back, not paid in time, or overtaken by something else. *timing* is one of
    `plans.ChangeTiming`. *amount_minor* is what was to be paid for it at once, and
    *stripe_invoice_id* the invoice it waits for. That Stripe refused it, its intent says.
    """

    __tablename__ = "plan_changes"
    __table_args__ = (
        Index("ix_plan_changes_newest", "membership_id", "asked_at", "id"),
        Index(
            "uq_plan_changes_one_pending",
            "membership_id",
            unique=True,
            sqlite_where=text(_PENDING),
            postgresql_where=text(_PENDING),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("pchg"), primary_key=True)
    membership_id: str = Field(sa_column=reference("memberships.id", index=False))
    member_id: str = Field(sa_column=reference("members.id"))
    intent_id: str = Field(unique=True)
    timing: str
    from_plan_id: str = Field(sa_column=reference("plans.id", index=False))
    from_quantity: int
    to_plan_id: str = Field(sa_column=reference("plans.id", index=False))
    to_quantity: int
    amount_minor: int = Field(sa_column=minor_units())
    currency: str = Field(sa_column=currency())
    stripe_invoice_id: str | None = None
    asked_at: datetime = Field(sa_column=utc())
    effective_at: datetime = Field(sa_column=utc())
    happened_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    dropped_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
