"""The billing details page without a browser, and what came of it at the sandbox."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.invoices.details.rules import Details
from portal_app.invoices.details.state import BillingDetailsState
from portal_app.ui.notices import NoticeState
from tests.provider.adapter.charging_shop import Shop
from tests.provider.adapter.pages import at, run

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
