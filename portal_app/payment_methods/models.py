"""Cards and accounts that a customer pays with, never a full number; and adding one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Index, SQLModel, text

from portal_app.kit.columns import json_column, reference, str_enum, utc
from portal_app.kit.ids import new_id


class PaymentMethod(SQLModel, table=True):
    """A Stripe payment method attached to a customer. `payt_…`.

    *kind* is Stripe's `type` (`card`, `sepa_debit`, …); kinds unknown to us are kept as they are.
    *brand* is the bank's name where there is a bank, *account* what tells two without a number
    apart (an address at PayPal or Link, a cashtag), *country* where the card or account is from.
    Which one is the customer's default stands on the customer, where Stripe keeps it too.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        Index(
            "ix_payment_methods_on_file",
            "created_at",
            "id",
            sqlite_where=text("detached_at IS NULL"),
            postgresql_where=text("detached_at IS NULL"),
        ),
        # What has expired, or soon will have, is looked for every few minutes.
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


class SetupStatus(StrEnum):
    """How far a setup has got; only SUCCEEDED means that the method is on file."""

    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class SetupIntent(SQLModel, table=True):
    """A company's request to save or verify a method of a customer's. `sint_…`.

    Only those made through the API; what a customer adds by themselves needs no row.
    *stripe_setup_intent_id* is empty until Stripe has one, and when it refused at once.
    *action_url* is where the bank asks the customer, *return_url* where they go from there;
    *challenged* remembers that it asked. Times are business time, *observed_at* is wall time.
    """

    __tablename__ = "setup_intents"
    __table_args__ = (Index("ix_setup_intents_newest", "company_id", "created_at", "id"),)

    id: str = Field(default_factory=lambda: new_id("sint"), primary_key=True)
    company_id: str = Field(sa_column=reference("companies.id", index=False))
    customer_id: str = Field(sa_column=reference("customers.id"))
    member_id: str = Field(sa_column=reference("members.id"))
    stripe_setup_intent_id: str | None = Field(default=None, unique=True)
    stripe_payment_method_id: str | None = None
    status: SetupStatus = Field(sa_column=str_enum(SetupStatus))
    challenged: bool = False
    action_url: str = ""
    return_url: str = ""
    failure_code: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime = Field(sa_column=utc())
    updated_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())
