"""Two copies of one account, compared: what stands in the tables apart from our own ids and times.

Read through the models, so that a copy on PostgreSQL can be compared with one on SQLite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlmodel import SQLModel, select

from portal_app.catalog.models import Plan, Product
from portal_app.customers.models import Customer
from portal_app.invoices.models import Dispute, Invoice, InvoiceLine, Payment, Refund
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership, MembershipSubscription
from portal_app.payment_methods.models import PaymentMethod

Copy = dict[str, list[str]]
# In an order in which each refers only to those before it.
KEYS: dict[type[SQLModel], str] = {
    Product: "stripe_product_id",
    Plan: "stripe_price_id",
    Customer: "stripe_customer_id",
    PaymentMethod: "stripe_payment_method_id",
    Invoice: "stripe_invoice_id",
    Payment: "stripe_payment_intent_id",
    Refund: "stripe_refund_id",
    Dispute: "stripe_dispute_id",
}
CHARGED = frozenset({"active", "trialing", "past_due", "unpaid", "incomplete", "paused"})
TABLES = (*KEYS, InvoiceLine, Membership, MembershipSubscription, Member)
OURS = re.compile(r"\b[a-z]{2,8}_[0-9A-Za-z]{22}\b")
# When we looked, and which ids we drew, differs between two copies.
UNLIKE = frozenset({"id", "observed_at", "updated_at"})


async def copied(db: Database) -> Copy:
    """Every row as text, by table; nothing of deleted customers and no detached method.

    An import that comes later can't know of those. Nor does a full comparison look at the methods
    of somebody whom nothing will be charged to.
    """
    async with db.reading() as session:
        rows = {model: list(await session.scalars(select(model))) for model in TABLES}
    _leave_out_the_gone(rows)
    names = {row.id: getattr(row, key) for model, key in KEYS.items() for row in rows[model]}
    names |= _memberships(rows)
    return {
        model.__name__: sorted(
            OURS.sub(lambda own: names.get(own[0], own[0]), _text(row)) for row in found
        )
        for model, found in rows.items()
    }


def _leave_out_the_gone(rows: dict[type[SQLModel], list[Any]]) -> None:
    gone = {row.id for row in rows[Customer] if row.deleted_at is not None}
    methods = rows[PaymentMethod]
    charged = {row.customer_id for row in rows[Membership] if row.stripe_status in CHARGED}
    gone |= {row.id for row in methods if row.detached_at or row.customer_id not in charged}
    for model in TABLES:
        kept = [row for row in rows[model] if not gone & {row.id, *_owners(row)}]
        gone |= {row.id for row in rows[model]} - {row.id for row in kept}
        rows[model] = kept


def _owners(row: Any) -> set[str]:
    names = ("customer_id", "invoice_id", "payment_id", "membership_id")
    return {value for name in names if (value := getattr(row, name, None)) is not None}


def _memberships(rows: dict[type[SQLModel], list[Any]]) -> dict[str, str]:
    links: Sequence[Any] = rows[MembershipSubscription]
    behind = {link.membership_id: link.stripe_subscription_id for link in links}
    return {
        row.id: row.stripe_checkout_session_id or row.stripe_invoice_id or behind[row.id]
        for row in rows[Membership]
    }


def _text(row: Any) -> str:
    """Stripe does not date a pause of collection, so the time of that is ours."""
    unlike = UNLIKE | ({"paused_at"} if getattr(row, "pause_behavior", "") else set())
    return repr(
        _in_order({name: value for name, value in row.model_dump().items() if name not in unlike})
    )


def _in_order(value: Any) -> Any:
    """PostgreSQL keeps the keys of a JSON document in an order of its own."""
    if isinstance(value, dict):
        return {key: _in_order(one) for key, one in sorted(value.items())}
    return [_in_order(one) for one in value] if isinstance(value, list) else value
