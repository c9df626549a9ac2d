"""Saving billing details: whose they are, refusals, outages, tabs and several customers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
import stripe

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.invoices.details.errors import CustomerNotFound
from portal_app.invoices.details.rules import Details
from portal_app.invoices.details.service import DETAILS, read_details, save_details
from portal_app.invoices.details.state import BillingDetailsState
from portal_app.invoices.details.tax_id import TaxId
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.provider import current
from portal_app.provider.errors import RefusedByProvider
from tests.conftest import Clocks
from tests.provider.adapter.account import customer, imported, price
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.details_page import (
    ADA,
    BERLIN,
    FIRM,
    WANTED,
    at_stripe,
    notice,
    opened,
    save,
    tax_ids,
)
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


async def test_a_foreign_customer_answers_like_an_unknown_one(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    async with shop.db.reading() as session:
        theirs = (await read_details(session, shop.ben)).customers[0].id
    page, said = await opened(root), []
    for forged in (theirs, "cust_nobody", "", "%"):
        await BillingDetailsState.choose_purchase.fn(page, forged)
        said.append(await notice(root))
        with pytest.raises(CustomerNotFound):
            await save_details(shop.desk, shop.ada, forged, WANTED)
    assert set(said) == {("danger", "We can't find the purchase that these details are for.")}
    assert page.view.chosen == "all"


async def test_stripe_refuses_a_tax_id_and_nothing_was_changed(
    root: rx.State, shop: Shop, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, "DE")
    for _ in range(2):
        await BillingDetailsState.add_tax_id.fn(page)
    created = shop.writer.create_tax_id

    async def create(cus: str, kind: str, value: str, *, key: str) -> Any:
        taken = "ZZ" if kind == "eu_vat" else value  # what our check lets pass, and theirs doesn't
        return await created(cus, kind, taken, key=key)

    monkeypatch.setattr(shop.writer, "create_tax_id", create)
    rows = {"tax-kind-1": "de_stn", "tax-1": "181/815/08155"}
    rows |= {"tax-kind-2": "eu_vat", "tax-2": "DE136695976"}
    await save(page, **FIRM, **rows)
    assert [(one.href, one.text) for one in page.view.errors] == [
        ("#field-tax-2", "The payment provider doesn't accept this tax ID.")
    ]
    assert (tax_ids(shop), at_stripe(shop).name) == ([], "Ada")
    assert [one.number.value for one in page.view.new_tax_ids] == ["181/815/08155", "DE136695976"]


async def test_refused_details_leave_no_tax_id_behind(
    shop: Shop, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_given: object, **_more: object) -> None:
        raise RefusedByProvider("parameter_invalid")

    monkeypatch.setattr(shop.writer, "update_customer", refuse)
    vat = TaxId("eu_vat", "DE136695976")
    with pytest.raises(RefusedByProvider):
        await save_details(shop.desk, shop.ada, "all", replace(WANTED, tax_ids=(vat,)))
    assert tax_ids(shop) == []


async def test_while_stripe_is_away_the_change_waits_and_is_made_once(
    root: rx.State, shop: Shop, ada: Actor, clocks: Clocks
) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, "DE")
    await BillingDetailsState.add_tax_id.fn(page)
    # The tax id is made, and its answer is lost, again and again.
    path = f"/v1/customers/{shop.cus}/tax_ids"
    fault = {"kind": "reset", "method": "POST", "path": path, "after": True, "times": 9}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    await save(page, **FIRM, **{"tax-kind-1": "eu_vat", "tax-1": "DE136695976"})
    tone, text = await notice(root)
    assert (tone, "isn't answering" in text, page.view.waiting) == ("info", True, True)
    assert page.view.new_tax_ids[0].number.value == "DE136695976"
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": []})
    clocks.wall.advance(timedelta(minutes=5))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(DETAILS)))
    assert await drain(queue) == 1
    assert tax_ids(shop) == [("eu_vat", "DE136695976")]
    assert at_stripe(shop).business_name == "Analytical Engines GmbH"
    await BillingDetailsState.load.fn(page)
    assert (page.view.waiting, len(page.view.tax_ids)) == (False, 1)


async def test_two_tabs_the_last_one_wins_and_nothing_is_mixed(shop: Shop, ada: Actor) -> None:
    vat, number = TaxId("eu_vat", "DE136695976"), TaxId("de_stn", "18181508155")
    first = Details(
        company=True, name="First", address={**BERLIN, "line2": "1. OG"}, tax_ids=(vat,)
    )
    second = Details(name="Second", address=BERLIN, tax_ids=(number,))
    assert await save_details(shop.desk, shop.ada, "all", first)
    assert await save_details(shop.desk, shop.ada, "all", second)
    found = at_stripe(shop)
    assert (found.name, found.business_name, found.address.line2) == ("Second", None, None)
    assert tax_ids(shop) == [("de_stn", "18181508155")]


async def test_several_purchases_together_or_one_by_one(
    root: rx.State, shop: Shop, ada: Actor, clocks: Clocks
) -> None:
    other = customer(shop.client, "ada@example.com").id
    plan = price(shop.client, 900, currency="eur")
    shop.client.v1.subscriptions.create({"customer": other, "items": [{"price": plan}]})
    await imported(shop.writer, shop.db)
    async with shop.db.unit_of_work() as session:
        await claim(
            session,
            person_id=ada.person_id,
            address_key="ada@example.com",
            now=clocks.wall.now(),
        )
    page = await opened(root)
    labels = [one.label for one in page.view.purchases]
    assert labels[0] == "All my purchases"
    assert sorted(label[-5:] for label in labels[1:]) == ["(EUR)", "(USD)"]
    euro = next(one.value for one in page.view.purchases if one.label.endswith("(EUR)"))
    await BillingDetailsState.choose_purchase.fn(page, euro)
    await save(page, **ADA)
    assert at_stripe(shop, other).address.city == "Berlin"
    assert at_stripe(shop).address is None
    await BillingDetailsState.choose_purchase.fn(page, "all")
    assert page.view.differing
    assert page.view.country.value == "DE"  # the fullest of them
    await save(page, **ADA)
    assert at_stripe(shop).address.city == "Berlin"
    assert not page.view.differing


async def test_stripes_check_reaches_the_page(root: rx.State, shop: Shop, ada: Actor) -> None:
    api = shop.client.v1.customers.tax_ids
    for value in ("DE000000000", "DE111111111"):
        api.create(shop.cus, {"type": "eu_vat", "value": value})
    await shop.learn()
    page = await opened(root)
    assert [(one.title[-11:], one.status, one.tone) for one in page.view.tax_ids] == [
        ("DE000000000", "Confirmed", "ok"),
        ("DE111111111", "Could not be confirmed; it is used all the same", "warn"),
    ]
    async with shop.db.reading() as session:
        rows = (await read_details(session, shop.ada)).customers
    assert isinstance(rows[0], Customer)
    assert [one["status"] for one in rows[0].tax_ids] == ["verified", "unverified"]
