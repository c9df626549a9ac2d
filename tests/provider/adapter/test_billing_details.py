"""The billing details page's handlers, on real states, against the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import reflex as rx
import stripe

from portal_app.identity.actor import Actor
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.invoices.details import state as state_module
from portal_app.invoices.details.service import save_details
from portal_app.invoices.details.state import BillingDetailsState
from portal_app.kit.db import Database
from portal_app.provider import current
from tests.conftest import Clocks
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
    writes,
)
from tests.provider.adapter.pages import run
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


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
