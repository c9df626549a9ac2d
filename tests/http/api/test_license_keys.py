"""A licence key in Stripe's metadata becomes a name of the membership in the API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from portal_app.catalog.models import Interval, Product
from portal_app.customers.models import Customer
from portal_app.kit.db import Database
from portal_app.kit.money import Money
from portal_app.memberships.projection.one_time import project_checkout
from portal_app.memberships.projection.subscriptions import project_subscription
from portal_app.provider.facts import (
    CheckoutFacts,
    CheckoutLineFacts,
    ItemFacts,
    PriceFacts,
    SubscriptionFacts,
)
from tests.factories import NOW, PERIOD_END, PERIOD_START, make_customer
from tests.http.api.conftest import World

METADATA = {"license_key": "AAAA-1111", "seat": "12", "portal_company": "biz_northwind"}


def _price(product: Product, interval: Interval | None) -> PriceFacts:
    return PriceFacts(
        id="price_new",
        product_id=product.stripe_product_id,
        title="",
        currency="USD",
        amount=Money(9900, "USD"),
        interval=interval,
        interval_count=1,
        metered=False,
        active=True,
        created_at=NOW,
    )


def _checkout(customer: Customer, product: Product) -> CheckoutFacts:
    price = _price(product, None)
    return CheckoutFacts(
        id="cs_new",
        one_time=True,
        complete=True,
        paid=True,
        customer_id=customer.stripe_customer_id,
        invoice_id=None,
        payment_id="pi_new",
        created_at=NOW,
        lines=(CheckoutLineFacts(price=price, description="", quantity=1, paid=price.amount),),  # type: ignore[arg-type]
        metadata=METADATA,
    )


def _subscription(customer: Customer, product: Product) -> SubscriptionFacts:
    empty = ("default_payment_method_id", "default_source_id", "latest_invoice_id")
    never = ("trial_start_at", "trial_end_at", "cancel_at", "canceled_at", "ended_at")
    unset: dict[str, Any] = dict.fromkeys(
        (
            *empty,
            *never,
            "paused_at",
            "pauses_at",
            "resumes_at",
            "scheduled",
            "schedule_id",
            "membership_id",
        )
    )
    texts = ("pause_behavior", "cancel_feedback", "cancel_comment", "cancel_reason")
    return SubscriptionFacts(
        id="sub_new",
        customer_id=customer.stripe_customer_id,
        status="active",
        plan=ItemFacts(
            id="si_new",
            price=_price(product, Interval.MONTH),
            quantity=1,
            period_start=PERIOD_START,
            period_end=PERIOD_END,
        ),
        extras=(),
        currency="USD",
        collection_method="charge_automatically",
        flexible=True,
        started_at=NOW,
        created_at=NOW,
        billing_anchor_at=NOW,
        cancel_at_period_end=False,
        discount_ids=(),
        metadata=METADATA,
        **unset,
        **dict.fromkeys(texts, ""),
    )


@pytest.mark.parametrize("kind", ["checkout", "subscription"])
async def test_the_key_comes_from_the_metadata(
    client: httpx.AsyncClient, world: World, db: Database, kind: str
) -> None:
    async with db.unit_of_work() as session:
        customer = await make_customer(session)
        product = await session.get_one(Product, world.own.plan.product_id)
        if kind == "checkout":
            await project_checkout(session, _checkout(customer, product), observed_at=NOW)
        else:
            await project_subscription(session, _subscription(customer, product), observed_at=NOW)
    answer = (await client.get("/memberships/AAAA-1111")).raise_for_status().json()
    assert answer["license_key"] == "AAAA-1111"
    assert answer["metadata"] == {"license_key": "AAAA-1111", "seat": "12"}
    assert answer["status"] == {"checkout": "completed", "subscription": "active"}[kind]
