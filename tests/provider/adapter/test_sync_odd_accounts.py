"""The odd things that real accounts hold, each with what design.md §4 makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from portal_app.catalog.models import Plan, Product
from portal_app.customers.models import Customer
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.models import Member, Membership
from portal_app.memberships.rules import MembershipStatus, StripeFacts, status_of
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import Clocks
from tests.factories import make_person
from tests.provider.adapter import objects
from tests.provider.adapter.account import count, customer, imported, one, price, rows
from tests.provider.adapter.scripted_account import Account
from tests.provider.adapter.test_adapter import answering


async def test_a_subscription_with_several_items_is_one_membership(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = customer(client)
    seat, support = price(client, 2900), price(client, 1000, name="Support")
    client.v1.subscriptions.create(
        {"customer": buyer.id, "items": [{"price": seat, "quantity": 3}, {"price": support}]}
    )
    await imported(provider, companies)
    membership = await one(companies, Membership)
    plan = await one(companies, Plan, id=membership.plan_id)
    assert (plan.stripe_price_id, membership.quantity, membership.price_minor) == (seat, 3, 2900)
    assert membership.extra_items == [
        {"description": "Support", "quantity": 1, "amount_minor": 1000}
    ]
    assert (await one(companies, Invoice)).total_minor == 3 * 2900 + 1000


async def test_a_subscription_that_is_billed_by_sent_invoices(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = client.v1.customers.create({"email": "ada@example.com"})
    client.v1.subscriptions.create(
        {
            "customer": buyer.id,
            "items": [{"price": price(client, 2900)}],
            "collection_method": "send_invoice",
            "days_until_due": 14,
        }
    )
    await imported(provider, companies)
    membership, invoice = await one(companies, Membership), await one(companies, Invoice)
    assert (membership.collection_method, membership.stripe_status) == ("send_invoice", "active")
    assert invoice.status is InvoiceStatus.OPEN
    assert invoice.hosted_url.startswith("http")
    assert invoice.due_at == invoice.created_at + timedelta(days=14)


async def test_archived_prices_and_products_still_explain_what_was_bought(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = customer(client)
    old = price(client, 1900)
    client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": old}]})
    client.v1.prices.update(old, {"active": False})
    product = client.v1.prices.retrieve(old).product
    client.v1.products.update(str(product), {"active": False})
    await imported(provider, companies)
    plan = await one(companies, Plan, stripe_price_id=old)
    assert (plan.active, (await one(companies, Product)).active) == (False, False)
    assert (await one(companies, Membership)).plan_id == plan.id


async def test_a_customer_without_an_address_is_imported_and_nobodys_to_claim(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = client.v1.customers.create({"name": "Nameless", "payment_method": "pm_card_visa"})
    given = {"collection_method": "send_invoice", "days_until_due": 7}
    client.v1.subscriptions.create(
        {"customer": buyer.id, "items": [{"price": price(client, 2900)}], **given}  # type: ignore[typeddict-item]
    )
    await imported(provider, companies)
    assert (await one(companies, Customer)).email_key == ""
    async with companies.unit_of_work() as session:
        person = await make_person(session, None)
        now = clocks.business.now()
        assert await claim(session, person_id=person.id, address_key="", now=now) == []
    assert (await one(companies, Member)).person_id is None


async def test_several_customers_with_one_address_are_claimed_together(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    plan = price(client, 2900)
    for address in ("ada@example.com", "Ada@Example.com", "ada+club@example.com"):
        buyer = customer(client, address)
        client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": plan}]})
    await imported(provider, companies)
    async with companies.unit_of_work() as session:
        ada = await make_person(session)
        now = clocks.business.now()
        got = await claim(session, person_id=ada.id, address_key="ada@example.com", now=now)
    assert len(got) == 2
    claimed = {row.email: row.person_id for row in await rows(companies, Customer)}
    assert claimed == {
        "ada@example.com": ada.id,
        "Ada@Example.com": ada.id,
        "ada+club@example.com": None,
    }
    # A customer who is hers stays so, and is not asked for again, when the account is read anew.
    clocks.wall.advance(timedelta(minutes=1))
    assert (await imported(provider, companies)).written == 0


async def test_a_customer_who_paid_in_two_currencies_one_after_the_other(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = customer(client)
    dollars = price(client, 2900)
    first = client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": dollars}]})
    client.v1.subscriptions.cancel(first.id)
    yen = price(client, 1500, "jpy")
    client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": yen}]})
    await imported(provider, companies)
    assert (await one(companies, Customer)).currency == "JPY"
    totals = {row.currency: row.total.amount for row in await rows(companies, Invoice)}
    assert totals == {"USD": "29.00", "JPY": "1500"}
    assert {row.currency for row in await rows(companies, Membership)} == {"USD", "JPY"}


async def test_what_belonged_to_a_customer_deleted_before_the_import_is_left_out(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    leaving, staying = customer(client), customer(client, "ben@example.com")
    plan = price(client, 2900)
    for buyer in (leaving, staying):
        client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": plan}]})
    client.v1.customers.delete(leaving.id)
    report = await imported(provider, companies)
    assert (await one(companies, Customer)).stripe_customer_id == staying.id
    assert await count(companies, Membership) == await count(companies, Invoice) == 1
    left_out = {kind: counts.unrelated for kind, counts in report.kinds.items()}
    assert (left_out["subscriptions"], left_out["payments"], left_out["invoices"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("at_stripe", "here"),
    [
        ("trialing", MembershipStatus.TRIALING),
        ("active", MembershipStatus.ACTIVE),
        ("past_due", MembershipStatus.PAST_DUE),
        ("unpaid", MembershipStatus.UNRESOLVED),
        ("incomplete", MembershipStatus.DRAFTED),
        ("incomplete_expired", MembershipStatus.EXPIRED),
        ("paused", MembershipStatus.ACTIVE),
        ("canceled", MembershipStatus.CANCELED),
        ("of_a_later_version", MembershipStatus.UNRESOLVED),
    ],
)
async def test_every_status_is_stored_as_it_is_and_derived(
    companies: Database, clocks: Clocks, at_stripe: str, here: MembershipStatus
) -> None:
    account = Account()
    account.listings["/v1/subscriptions"] = [objects.subscription(status=at_stripe)]
    async with answering(account.script) as (_scripted, provider):
        report = await imported(provider, companies)
    assert report.skipped == 0
    membership = await one(companies, Membership)
    assert membership.stripe_status == at_stripe
    assert status_of(StripeFacts.of(membership)) is here
