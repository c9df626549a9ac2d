"""Customers and what they pay with."""

from __future__ import annotations

from datetime import timedelta

from portal_app.catalog.models import Product
from portal_app.catalog.projection import project_product
from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.kit.observed import Outcome
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.projection import detach_others, project_payment_method
from portal_app.provider.facts import DeletedCustomer
from portal_app.provider.stripe.catalog import product_facts
from portal_app.provider.stripe.customers import customer_facts, payment_method_facts
from tests.conftest import NOW
from tests.db.projection.conftest import Account
from tests.factories import make_company, make_person
from tests.provider.adapter import objects


async def test_a_changed_address_moves_nobody(account: Account) -> None:
    async with account.db.unit_of_work() as session:
        ada = await make_person(session)
        customer = await session.get_one(Customer, (await account.one(Customer)).id)
        customer.person_id = ada.id
    renamed = customer_facts(objects.customer(email="Ben@Example.com"))
    assert await account.apply(project_customer, renamed) is Outcome.WRITTEN
    row = await account.one(Customer)
    assert (row.person_id, row.email, row.email_key) == (
        ada.id,
        "Ben@Example.com",
        "ben@example.com",
    )


async def test_a_deleted_customer_keeps_what_was_known(account: Account) -> None:
    early = account.observed_at()
    assert await account.apply(project_customer, DeletedCustomer("cus_1")) is Outcome.WRITTEN
    assert await account.apply(project_customer, DeletedCustomer("cus_1")) is Outcome.UNCHANGED
    row = await account.one(Customer)
    assert (row.deleted_at, row.email) == (NOW, "ada@example.com")
    alive = customer_facts(objects.customer(name="Late"))
    assert await account.apply(project_customer, alive, early) is Outcome.STALE
    assert (await account.one(Customer)).name == "Ada"
    unknown = DeletedCustomer("cus_404")
    assert await account.apply(project_customer, unknown) is Outcome.UNRELATED


async def test_what_invoices_are_addressed_to_is_kept(account: Account) -> None:
    ids = [
        {"id": "txi_2", "type": "gb_vat", "value": "GB2", "verification": None},
        {"id": "txi_1", "type": "eu_vat", "value": "DE1", "verification": {"status": "verified"}},
    ]
    facts = customer_facts(
        objects.customer(
            business_name="Engines",
            individual_name=None,
            address={"line1": "Torstraße 1", "line2": None, "country": "DE"},
            tax_ids={"object": "list", "data": ids, "has_more": False},
        )
    )
    assert await account.apply(project_customer, facts) is Outcome.WRITTEN
    assert await account.apply(project_customer, facts) is Outcome.UNCHANGED
    row = await account.one(Customer)
    assert (row.business_name, row.individual_name) == ("Engines", "")
    assert row.address == {"line1": "Torstraße 1", "country": "DE"}
    assert row.tax_ids == [
        {"id": "txi_1", "kind": "eu_vat", "value": "DE1", "status": "verified"},
        {"id": "txi_2", "kind": "gb_vat", "value": "GB2", "status": ""},
    ]


async def test_methods_come_go_and_come_back(account: Account) -> None:
    card = payment_method_facts(objects.card())
    early = account.observed_at()
    assert await account.apply(project_payment_method, card) is Outcome.WRITTEN
    detached = payment_method_facts(objects.card(customer=None))
    assert await account.apply(project_payment_method, detached) is Outcome.WRITTEN
    row = await account.one(PaymentMethod)
    assert (row.detached_at, row.last4) == (NOW, "4242")
    assert await account.apply(project_payment_method, card, early) is Outcome.STALE
    assert await account.apply(project_payment_method, card) is Outcome.WRITTEN
    assert (await account.one(PaymentMethod)).detached_at is None


async def test_a_listing_detaches_only_what_it_could_have_seen(account: Account) -> None:
    before = account.observed_at()
    for name in ("pm_1", "pm_2"):
        await account.apply(project_payment_method, payment_method_facts(objects.card(id=name)))
    async with account.db.unit_of_work() as session:
        # Attached after the listing began: not in it, and attached all the same.
        assert await detach_others(session, "cus_1", {"pm_1"}, observed_at=before) == 0
    async with account.db.unit_of_work() as session:
        later = account.observed_at() + timedelta(seconds=1)
        assert await detach_others(session, "cus_1", {"pm_1"}, observed_at=later) == 1
    rows = {row.stripe_payment_method_id: row for row in await account.all(PaymentMethod)}
    assert (rows["pm_1"].detached_at, rows["pm_2"].detached_at) == (None, NOW)


async def test_products_belong_to_the_company_they_name_or_the_default(account: Account) -> None:
    async with account.db.unit_of_work() as session:
        await make_company(session, id="biz_lumen")
    for number, company in enumerate(("biz_lumen", "biz_unknown", None)):
        metadata = {"portal_company": company} if company else {}
        facts = product_facts(objects.product(id=f"prod_x{number}", metadata=metadata))
        await account.apply(project_product, facts)
    rows = {row.stripe_product_id: row.company_id for row in await account.all(Product)}
    assert (rows["prod_x0"], rows["prod_x1"], rows["prod_x2"]) == (
        "biz_lumen",
        "biz_northwind",
        "biz_northwind",
    )
