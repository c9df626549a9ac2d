"""The billing details page's handlers, on real states, against the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
import stripe

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.invoices.details import state as state_module
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
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.provider.adapter.account import customer, imported, price
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.pages import at, run
from tests.provider.sandbox_server import SandboxServer

BERLIN = {
    "line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
}
ADA = {"kind": "person", "full_name": "Ada Lovelace", **BERLIN}
FIRM = {
    "kind": "company",
    "company_name": "Analytical Engines GmbH",
    "contact_name": "Ada Lovelace",
    **BERLIN,
}
WANTED = Details(name="Ada Lovelace", address=BERLIN)


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


async def opened(root: rx.State) -> BillingDetailsState:
    at(root, "/billing/details/")
    page = await root.get_state(BillingDetailsState)
    await BillingDetailsState.load.fn(page)
    return page


async def save(page: BillingDetailsState, **given: Any) -> None:
    await run(BillingDetailsState.save, page, given)


async def notice(root: rx.State) -> tuple[str, str]:
    notices = await root.get_state(NoticeState)
    return notices.tone, notices.text


def at_stripe(shop: Shop, cus: str = "") -> Any:
    return shop.client.v1.customers.retrieve(cus or shop.cus, {"expand": ["tax_ids"]})


def tax_ids(shop: Shop, cus: str = "") -> list[tuple[str, str]]:
    found = shop.client.v1.customers.tax_ids.list(cus or shop.cus).data
    return sorted((one.type, one.value) for one in found)


def writes(shop: Shop) -> list[str]:
    return [
        f"{one['method']} {one['path']}" for one in shop.sandbox.ledger() if one["method"] != "GET"
    ]


async def test_a_person_saves_and_invoices_carry_it(root: rx.State, shop: Shop, ada: Actor) -> None:
    page = await opened(root)
    assert page.phase == "ready"
    await save(page, **ADA)
    assert await notice(root) == ("ok", "Saved. Your next invoices will carry these details.")
    found = at_stripe(shop)
    assert (found.name, found.individual_name) == ("Ada Lovelace", "Ada Lovelace")
    assert {key: found.address[key] for key in BERLIN} == BERLIN
    values = {one.name: one.value for one in page.view.address}
    assert (page.view.country.value, values["city"]) == ("DE", "Berlin")  # applied at once
    shop.sandbox.advance(32 * 86_400)
    (invoice, *_rest) = shop.client.v1.invoices.list({"customer": shop.cus, "limit": 1}).data
    assert invoice.customer_address is not None
    assert (invoice.customer_name, invoice.customer_address.city) == ("Ada Lovelace", "Berlin")


async def test_nobody_else_is_touched(root: rx.State, shop: Shop, ada: Actor) -> None:
    (his,) = [
        one.id for one in shop.client.v1.customers.list().data if one.email == "ben@example.com"
    ]
    before = at_stripe(shop, his).to_dict()
    await save(await opened(root), **ADA)
    assert at_stripe(shop, his).to_dict() == before


async def test_what_has_not_changed_asks_nobody(root: rx.State, shop: Shop, ada: Actor) -> None:
    page = await opened(root)
    await save(page, **ADA)
    before = writes(shop)
    await save(page, **ADA)
    assert await notice(root) == ("info", "Nothing has changed.")
    assert writes(shop) == before


async def test_names_and_metadata_that_stripe_has_stay_as_they_are(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    shop.client.v1.customers.update(shop.cus, {"name": "Ada L.", "metadata": {"crm": "7"}})
    await shop.learn()
    page = await opened(root)
    assert [one.value for one in page.view.names] == ["Ada L."]
    await save(page, **{**ADA, "full_name": "Ada L."})
    found = at_stripe(shop)
    assert (found.name, found.individual_name, found.metadata.to_dict()) == (
        "Ada L.",
        None,
        {"crm": "7"},
    )


async def test_a_company_with_a_tax_id(root: rx.State, shop: Shop, ada: Actor) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, "DE")
    await BillingDetailsState.add_tax_id.fn(page)
    await save(page, **FIRM, **{"tax-kind-1": "eu_vat", "tax-1": "136 695 976"})
    found = at_stripe(shop)
    assert (found.name, found.business_name, found.individual_name) == (
        "Analytical Engines GmbH",
        "Analytical Engines GmbH",
        "Ada Lovelace",
    )
    assert tax_ids(shop) == [("eu_vat", "DE136695976")]
    assert [(one.title, one.status) for one in page.view.tax_ids] == [
        ("VAT number (EU): DE136695976", "Being checked")
    ]
    assert page.view.new_tax_ids == []
    await BillingDetailsState.remove_tax_id.fn(page, "0")
    await BillingDetailsState.keep_tax_id.fn(page, "0")
    await save(page, **FIRM)
    assert tax_ids(shop) == [("eu_vat", "DE136695976")]
    await BillingDetailsState.remove_tax_id.fn(page, "0")
    await save(page, **FIRM)
    assert (tax_ids(shop), page.view.tax_ids) == ([], [])


async def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, "DE")
    await BillingDetailsState.add_tax_id.fn(page)
    before = writes(shop)
    given = {**FIRM, "company_name": "", "postal_code": "1011", "tax-1": "DE136695975"}
    sent = await run(BillingDetailsState.save, page, {**given, "tax-kind-1": "eu_vat"})
    assert "ref_error_summary" in str(sent)
    assert [(one.href, one.text) for one in page.view.errors] == [
        ("#field-company_name", "Enter the company's name."),
        ("#field-postal_code", "Postal code: write it like 26133."),
        ("#field-tax-1", "This is no valid VAT number (EU). It looks like DE136695976."),
    ]
    values = {one.name: (one.value, one.error != "") for one in page.view.address}
    assert (values["postal_code"], values["city"]) == (("1011", True), ("Berlin", False))
    assert page.view.new_tax_ids[0].number.value == "DE136695975"
    assert writes(shop) == before


async def test_what_was_typed_survives_another_country(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, "US")
    BillingDetailsState.note.fn(page, "city", "Springfield")
    BillingDetailsState.note.fn(page, "state", "IL")
    await BillingDetailsState.choose_country.fn(page, "SG")
    assert [one.name for one in page.view.address] == ["line1", "line2", "postal_code"]
    await BillingDetailsState.choose_country.fn(page, "US")
    values = {one.name: one.value for one in page.view.address}
    assert (values["city"], values["state"]) == ("Springfield", "IL")


@pytest.mark.parametrize("forged", ["XX", "", "../../etc/passwd", "ALL", "zz"])
async def test_a_country_that_there_is_not(
    root: rx.State, shop: Shop, ada: Actor, forged: str
) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, forged)
    before = writes(shop)
    await save(page, **{**ADA, "country": forged})
    assert [one.text for one in page.view.errors] == ["Choose a country."]
    assert writes(shop) == before


async def test_forged_kinds_and_texts_are_refused(root: rx.State, shop: Shop, ada: Actor) -> None:
    page = await opened(root)
    await BillingDetailsState.choose_country.fn(page, "DE")
    await BillingDetailsState.add_tax_id.fn(page)
    before = writes(shop)
    forged = {"full_name": "Ada\nBcc: x@y", "city": "B" * 101, "line1": "\u202eevil", "x": 7}
    await save(page, **{**ADA, **forged, "tax-kind-1": "us_ein", "tax-1": "91-1144442"})
    assert [one.text for one in page.view.errors] == [
        "Use one line of plain text, without control characters.",
        "Use one line of plain text, without control characters.",
        "Use at most 100 characters.",
        "Choose which kind of tax ID this is.",
    ]
    await save(page, kind=7, country=["DE"], full_name=None)
    assert page.view.errors
    assert writes(shop) == before


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


async def test_a_page_that_can_not_be_read_says_so(
    root: rx.State, shop: Shop, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_given: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(state_module, "read_details", broken)
    page = await opened(root)
    assert page.phase == "failed"


async def test_refreshing_keeps_what_is_being_typed(root: rx.State, shop: Shop, ada: Actor) -> None:
    page = await opened(root)
    BillingDetailsState.note.fn(page, "full_name", "Countess")
    await save_details(shop.desk, shop.ada, "all", WANTED)
    await BillingDetailsState.refresh.fn(page)
    assert page._filled.form.texts["full_name"] == "Countess"
    await BillingDetailsState.load.fn(page)
    assert [one.value for one in page.view.names] == ["Ada Lovelace"]
    revision = page.view.revision
    await BillingDetailsState.refresh.fn(page)
    assert page.view.revision == revision


def test_every_handler_needs_somebody_signed_in() -> None:
    handlers = BillingDetailsState.event_handlers
    ours = {name for name in handlers if name != "setvar"}
    assert {getattr(handlers[name].fn, ATTRIBUTE) for name in ours} == {Policy.SIGNED_IN}
