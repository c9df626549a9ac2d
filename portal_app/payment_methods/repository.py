"""Which payment method a charge would use, as a join that other queries add."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.payment_methods.models import PaymentMethod


def charged_by(
    method: type[PaymentMethod],
    *,
    own_method: SQLColumnExpression[Any],
    own_source: SQLColumnExpression[Any],
) -> ColumnElement[bool]:
    """ON clause: *method* is what Stripe charges, for a row that is joined with its Customer.

    Stripe takes the subscription's default method, else its default source, else the customer's
    default method, else the customer's default source
    (docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method). A source
    is stored as a payment method of the same id.
    """
    charged = func.coalesce(
        func.nullif(own_method, ""),
        func.nullif(own_source, ""),
        func.nullif(col(Customer.stripe_default_payment_method_id), ""),
        func.nullif(col(Customer.stripe_default_source_id), ""),
    )
    return and_(
        col(method.stripe_payment_method_id) == charged,
        col(method.customer_id) == col(Customer.id),
        col(method.detached_at).is_(None),
    )
