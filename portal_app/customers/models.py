"""Stripe customers and the person each belongs to, if any yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from portal_app.kit.columns import currency, json_column, reference, utc
from portal_app.kit.ids import new_id


class Customer(SQLModel, table=True):
    """One Stripe customer (`cus_…`), one currency. Without a person it is *unclaimed*.

    `email` is what Stripe says and may change there; it only ever matters for claiming.
    *name*, *address* (Stripe's keys, those that are filled) and *tax_ids* (id, kind, value, status,
    the oldest first) are what the next invoice is addressed to.
    """

    __tablename__ = "customers"

    id: str = Field(default_factory=lambda: new_id("cust"), primary_key=True)
    stripe_customer_id: str = Field(unique=True)
    person_id: str | None = Field(default=None, sa_column=reference("people.id", nullable=True))
    claimed_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    email: str = ""
    email_key: str = Field(default="", index=True)
    name: str = Field(default="", index=True)
    business_name: str = ""
    individual_name: str = ""
    address: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    tax_ids: list[Any] = Field(default_factory=list, sa_column=json_column())
    currency: str | None = Field(default=None, sa_column=currency(nullable=True))
    # Stripe's invoice_settings.default_payment_method and its older default_source.
    stripe_default_payment_method_id: str | None = None
    stripe_default_source_id: str | None = None
    deleted_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())
