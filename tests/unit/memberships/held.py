"""Memberships in memory, decided upon as the service would; no database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal_app.catalog.configuration import AccessPolicy, Configuration, PausePolicy
from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.memberships.models import Member, Membership, MembershipSource
from portal_app.memberships.pauses import Obstacle, PauseKind, PausePlan
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import StripeFacts, grants_access, is_current, status_of
from portal_app.memberships.service import HeldMembership
from portal_app.payment_methods.models import PaymentMethod

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STARTED = datetime(2026, 5, 16, 9, 30, tzinfo=UTC)
PERIOD_START = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
PERIOD_END = datetime(2026, 12, 16, 9, 30, tzinfo=UTC)
UNPAUSABLE = PausePlan(kind=PauseKind.COLLECTION, obstacle=Obstacle.OFF)
STAMPS = {"created_at": STARTED, "observed_at": NOW}


def a_plan(**over: Any) -> Plan:
    given = {
        "product_id": "prod_1",
        "stripe_price_id": "price_1",
        "amount_minor": 2900,
        "currency": "USD",
        "interval": Interval.MONTH,
        **STAMPS,
    }
    return Plan(**{**given, **over})


def a_product(title: str = "Trading Room") -> Product:
    return Product(company_id="biz_1", stripe_product_id="prod_s", title=title, **STAMPS)


def a_card(**over: Any) -> PaymentMethod:
    given = {
        "customer_id": "cust_1",
        "stripe_payment_method_id": "pm_1",
        "kind": "card",
        "brand": "visa",
        "last4": "4242",
        "exp_month": 12,
        "exp_year": 2030,
        **STAMPS,
    }
    return PaymentMethod(**{**given, **over})


def an_invoice(**over: Any) -> Invoice:
    given = {
        "customer_id": "cust_1",
        "stripe_invoice_id": "in_1",
        "number": "NWA-0007",
        "status": InvoiceStatus.PAID,
        "currency": "USD",
        "subtotal_minor": 2900,
        "total_minor": 2900,
        "amount_due_minor": 2900,
        "amount_paid_minor": 2900,
        "amount_remaining_minor": 0,
        "finalized_at": PERIOD_START,
        "issued_at": PERIOD_START,
        "created_at": PERIOD_START,
        "observed_at": NOW,
    }
    return Invoice(**{**given, **over})


def unpaid_invoice(**over: Any) -> Invoice:
    status = {"status": InvoiceStatus.OPEN, "attempt_count": 1}
    return an_invoice(**{**status, "amount_paid_minor": 0, "amount_remaining_minor": 2900, **over})


def a_payment(**over: Any) -> Payment:
    given = {
        "customer_id": "cust_1",
        "stripe_payment_intent_id": "pi_1",
        "status": PaymentStatus.SUCCEEDED,
        "currency": "USD",
        "amount_minor": 2900,
        "method_kind": "card",
        "method_brand": "visa",
        "method_last4": "0341",
        "created_at": PERIOD_START,
        "observed_at": NOW,
    }
    return Payment(**{**given, **over})


def a_membership(**over: Any) -> Membership:
    given = {
        "company_id": "biz_1",
        "product_id": "prod_1",
        "plan_id": "plan_1",
        "customer_id": "cust_1",
        "source": MembershipSource.SUBSCRIPTION,
        "stripe_status": "active",
        "price_minor": 2900,
        "currency": "USD",
        "started_at": STARTED,
        "billing_anchor_at": STARTED,
        "current_period_start": PERIOD_START,
        "current_period_end": PERIOD_END,
        "updated_at": NOW,
        **STAMPS,
    }
    return Membership(**{**given, **over})


def held(
    *,
    plan: Plan | None = None,
    method: PaymentMethod | None = None,
    unpaid: Invoice | None = None,
    attempt: Payment | None = None,
    access: AccessPolicy | None = None,
    pause: PausePolicy | None = None,
    scheduled: Plan | None = None,
    title: str = "Trading Room",
    **over: Any,
) -> HeldMembership:
    """A membership of $29 a month that is active and paid, but for what is said otherwise."""
    membership = a_membership(**over)
    row = HoldingRow(
        member=Member(
            id=f"mber_{title.replace(' ', '')}",
            membership_id=membership.id,
            customer_id="cust_1",
            from_at=STARTED,
        ),
        membership=membership,
        product=a_product(title=title),
        plan=plan or a_plan(),
        company=Company(title="Northwind Academy", route="northwind", created_at=STARTED),
        payment_method=method,
        latest_invoice=unpaid,
    )
    facts = StripeFacts.of(membership, unpaid.next_attempt_at if unpaid else None)
    access = access or AccessPolicy()
    return HeldMembership(
        row=row,
        facts=facts,
        status=status_of(facts),
        configuration=Configuration(access=access, pause=pause or PausePolicy()),
        has_access=grants_access(facts, access, NOW),
        current=is_current(facts, NOW),
        unpaid=unpaid,
        last_attempt=attempt,
        as_of=NOW,
        scheduled=(scheduled, a_product()) if scheduled else None,
    )


def bought(**over: Any) -> HeldMembership:
    """A purchase of $99, paid once."""
    given = {
        "plan": a_plan(amount_minor=9900, interval=None),
        "price_minor": 9900,
        "source": MembershipSource.CHECKOUT,
        "stripe_status": "",
        "billing_anchor_at": None,
        "current_period_start": None,
        "current_period_end": None,
        "title": "Course Library",
    }
    return held(**{**given, **over})
