"""Cards and accounts that a customer pays with, never a full number; and adding one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel, text

from portal_app.kit.columns import json_column, reference, utc
from portal_app.kit.ids import new_id


class PaymentMethod(SQLModel, table=True):
    """A Stripe payment method attached to a customer. `payt_…`.

    *kind* is Stripe's `type` (`card`, `sepa_debit`, …); kinds unknown to us are kept as they are.
    *brand* is the bank's name where there is a bank, *account* what tells two without a number
    apart (an address at PayPal or Link, a cashtag), *country* where the card or account is from.
    Which one is the customer's default stands on the customer, where Stripe keeps it too.
    """

    __tablename__ = "payment_methods"
    # What has expired, or soon will have, is looked for every few minutes.
    __table_args__ = (
        Index(
            "ix_payment_methods_expiry",
            "exp_year",
            "exp_month",
            sqlite_where=text("detached_at IS NULL"),
            postgresql_where=text("detached_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=lambda: new_id("payt"), primary_key=True)
    customer_id: str = Field(sa_column=reference("customers.id"))
    stripe_payment_method_id: str = Field(unique=True)
    kind: str
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    funding: str = ""
    fingerprint: str = ""
    wallet: str = ""
    account: str = ""
    country: str = ""
    detached_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())


class MethodSetup(SQLModel, table=True):
    """Somebody opened a form to add a method, and what it shall pay for once it is there. `setu_…`.

    Written before the provider is asked for the form, and named in its metadata (`portal_setup`):
    whoever hears of the outcome first, the tab or a webhook, carries it out, and once (*used_at*).
    *member_ids* are holdings that move to the method, all of them with *everywhere*. Wall times.
    """

    __tablename__ = "method_setups"

    id: str = Field(default_factory=lambda: new_id("setu"), primary_key=True)
    customer_id: str = Field(sa_column=reference("customers.id", index=False))
    person_id: str = Field(sa_column=reference("people.id", index=False))
    everywhere: bool
    member_ids: list[Any] = Field(default_factory=list, sa_column=json_column())
    opened_at: datetime = Field(sa_column=utc(index=True))
    used_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
