"""A company with as many memberships as wanted, for benchmarks; ids are counted through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlmodel import SQLModel

from bench import loading
from portal_app.api.keys import READ_SCOPES, create_key
from portal_app.api.models import ApiKey
from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, Person
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.kit.db import Database
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipSource,
    MembershipSubscription,
)

NOW: Final = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
COMPANY: Final = "biz_1"
OTHER_COMPANY: Final = "biz_2"
PRODUCTS: Final = 20
Row = dict[str, Any]
AT: Final[Row] = {"created_at": NOW, "observed_at": NOW}


async def lay_foundation(database: Database, *, keys: int = 1) -> list[str]:
    """Tables, two companies with a catalogue; the texts of *keys* API keys of the first one."""
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    async with database.unit_of_work() as session:
        for company in (COMPANY, OTHER_COMPANY):
            session.add(Company(id=company, title="Bench", route=company, created_at=NOW))
        await session.flush()
        session.add_all(Product(**row) for row in _products())
        await session.flush()
        session.add_all(Plan(**row) for row in _plans())
        made = [
            await create_key(session, company_id=COMPANY, name="bench", scopes=READ_SCOPES, now=NOW)
            for _ in range(keys)
        ]
        for key, _ in made:
            _never_noted(key)
    return [text for _, text in made]


def _never_noted(key: ApiKey) -> None:
    """A key's use is noted once a minute; thousands of keys, each used once, are no real load."""
    key.last_used_at = NOW + timedelta(days=36500)


def _products() -> Iterator[Row]:
    for number in range(PRODUCTS):
        company = OTHER_COMPANY if number == PRODUCTS - 1 else COMPANY
        yield {
            "id": f"prod_{number}",
            "company_id": company,
            "stripe_product_id": f"p{number}",
            "title": f"Room {number}",
            **AT,
        }


def _plans() -> Iterator[Row]:
    for number in range(PRODUCTS):
        yield {
            "id": f"plan_{number}",
            "product_id": f"prod_{number}",
            "stripe_price_id": f"price_{number}",
            "amount_minor": 2900,
            "currency": "USD",
            "interval": Interval.MONTH,
            **AT,
        }


def load_memberships(url: str, numbers: Iterable[int]) -> None:
    """Memberships `mem_<n>`, held (`mber_<n>`) by customers `cust_<n>`, two of three claimed.

    Half are of the first product; the last one belongs to the other company. Nine of ten are
    active, few are canceled or set to cancel, and one in a thousand is past due.
    """
    several = tuple(numbers)
    claimed = [number for number in several if is_claimed(number)]
    loading.load(
        url, Person, ({"id": f"user_{n}", "name": f"P {n}", "created_at": NOW} for n in claimed)
    )
    loading.load(url, Customer, map(_customer, several))
    loading.load(url, Membership, map(_membership, several))
    loading.load(url, Member, map(_member, several))
    billed = [number for number in several if number % 10 == 1]
    loading.load(url, Invoice, map(_invoice, billed))
    loading.load(url, Payment, map(_payment, billed))
    loading.load(url, MembershipSubscription, map(_subscription, billed))
    named = [number for number in billed if is_claimed(number)]
    loading.load(url, EmailAddress, map(_address, named))


def is_claimed(number: int) -> bool:
    return number % 3 != 0


def _customer(number: int) -> Row:
    return {
        "id": f"cust_{number}",
        "stripe_customer_id": f"cus_{number}",
        "person_id": f"user_{number}" if is_claimed(number) else None,
        **AT,
    }


def _membership(number: int) -> Row:
    product = 0 if number % 2 else number // 2 % PRODUCTS
    return {
        "id": f"mem_{number}",
        "company_id": OTHER_COMPANY if product == PRODUCTS - 1 else COMPANY,
        "product_id": f"prod_{product}",
        "plan_id": f"plan_{product}",
        "customer_id": f"cust_{number}",
        "source": MembershipSource.SUBSCRIPTION,
        "price_minor": 2900,
        "currency": "USD",
        "started_at": NOW,
        "current_period_start": NOW,
        "current_period_end": NOW + timedelta(days=30),
        "latest_stripe_invoice_id": f"in_{number}",
        "details": {"metadata": {"seat": str(number)}},
        "updated_at": NOW,
        "observed_at": NOW,
        "created_at": NOW - timedelta(seconds=number),
        **_status(number),
    }


def _invoice(number: int) -> Row:
    amounts = ("subtotal", "total", "amount_due", "amount_paid", "amount_remaining")
    return {
        "id": f"inv_{number}",
        "customer_id": f"cust_{number}",
        "stripe_invoice_id": f"in_{number}",
        "status": InvoiceStatus.OPEN,
        "currency": "USD",
        **dict.fromkeys((f"{amount}_minor" for amount in amounts), 2900),
        "issued_at": NOW,
        "billed_year": NOW.year,
        **AT,
    }


def _subscription(number: int) -> Row:
    return {
        "id": f"msub_{number}",
        "membership_id": f"mem_{number}",
        "stripe_subscription_id": f"sub_{number}",
        "from_at": NOW,
    }


def _address(number: int) -> Row:
    return {
        "id": f"email_{number}",
        "person_id": f"user_{number}",
        "address": f"{number}@example.com",
        "address_key": f"{number}@example.com",
        "is_primary": True,
        "verified_at": NOW,
    }


def _payment(number: int) -> Row:
    return {
        "id": f"pay_{number}",
        "customer_id": f"cust_{number}",
        "invoice_id": f"inv_{number}",
        "stripe_payment_intent_id": f"pi_{number}",
        "status": PaymentStatus.FAILED,
        "currency": "USD",
        "amount_minor": 2900,
        **AT,
    }


def _status(number: int) -> Row:
    if number % 1000 == 1:
        return {"stripe_status": "past_due"}
    if number % 20 == 2:
        return {"stripe_status": "canceled", "ended_at": NOW, "canceled_at": NOW}
    ending = number % 20 == 3
    return {"stripe_status": "active", "cancel_at_period_end": ending}


def _member(number: int) -> Row:
    return {
        "id": f"mber_{number}",
        "membership_id": f"mem_{number}",
        "customer_id": f"cust_{number}",
        "person_id": f"user_{number}" if is_claimed(number) else None,
        "from_at": NOW,
    }
