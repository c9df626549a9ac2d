"""The next invoice of each subscription, as the provider previewed it, and failed previews."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from portal_app.kit.columns import currency, json_column, minor_units, reference, utc
from portal_app.kit.ids import new_id
from portal_app.kit.money import Money


class UpcomingCharge(SQLModel, table=True):
    """What a subscription's next invoice will say as things stood at *observed_at*. `upch_…`.

    *charge_at* is the renewal that it is the preview of (business time): once the subscription
    renews at another time, the preview is of no charge to come. *basis* is what of the membership
    it was computed by; empty in rows from before it was noted. *balance_minor* is what the
    customer's balance adds: negative where a credit is used up. A subscription that will not be
    charged has no row.
    """

    __tablename__ = "upcoming_charges"

    id: str = Field(default_factory=lambda: new_id("upch"), primary_key=True)
    stripe_subscription_id: str = Field(unique=True)
    customer_id: str = Field(sa_column=reference("customers.id"))
    currency: str = Field(sa_column=currency())
    # [{"description", "quantity", "amount_minor", "proration", "period_start"?, "period_end"?}]
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    subtotal_minor: int = Field(sa_column=minor_units())
    discount_minor: int = Field(sa_column=minor_units())
    tax_minor: int = Field(sa_column=minor_units())
    total_minor: int = Field(sa_column=minor_units())
    balance_minor: int = Field(sa_column=minor_units())
    amount_due_minor: int = Field(sa_column=minor_units())
    charge_at: datetime = Field(sa_column=utc())
    basis: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    observed_at: datetime = Field(sa_column=utc())

    @property
    def amount_due(self) -> Money:
        """What will be charged."""
        return Money(self.amount_due_minor, self.currency)


class PreviewFailure(SQLModel, table=True):
    """A subscription whose preview could not be had, until it can. `upfl_…`; wall times.

    What was previewed before stays in `upcoming_charges`, with its age.
    """

    __tablename__ = "preview_failures"

    id: str = Field(default_factory=lambda: new_id("upfl"), primary_key=True)
    stripe_subscription_id: str = Field(unique=True)
    attempts: int
    retry_at: datetime = Field(sa_column=utc(index=True))
    last_error: str = ""
