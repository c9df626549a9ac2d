"""Cards and accounts that a customer pays with; never a full number."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal_app.kit.columns import reference, utc
from portal_app.kit.ids import new_id


class PaymentMethod(SQLModel, table=True):
    """A Stripe payment method attached to a customer. `payt_…`.

    *kind* is Stripe's `type` (`card`, `sepa_debit`, …); kinds unknown to us are kept as they are.
    Which one is the customer's default stands on the customer, where Stripe keeps it too.
    """

    __tablename__ = "payment_methods"

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
    detached_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())
