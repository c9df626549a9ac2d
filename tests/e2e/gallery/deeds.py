"""What some people have done before they are looked at, each once (`World.once`)."""

from __future__ import annotations

import json
from typing import Any, Final

from playwright.sync_api import expect

from portal_app.studio.home.service import PER_PAGE
from tests.e2e.gallery.world import PATIENCE, World

# The demo's clock stands still, but a queue shows the oldest first.
_ONE_AFTER_ANOTHER: Final = (
    "UPDATE declarations SET asked_at = (SELECT strftime('%Y-%m-%d %H:%M:%S.000000', '2026-11-16'"
    " || ' 09:0' || (SELECT count(*) FROM declarations AS earlier"
    " WHERE earlier.due_at < declarations.due_at)))"
)
LONG_PERSON: Final = (
    "Maximiliane-Alexandra von und zu Hohenlohe-Waldenburg-Schillingsfürst Freifrau A"
)
LONG_PRODUCT: Final = (
    "Donaudampfschifffahrtsgesellschaftskapitänspatent – the complete evening course"
)


def waits_for_seller(world: World) -> str:
    """Where *asker* sees that the company has to approve of the transfer to *taker*."""
    path = world.manage("asker")
    _ask_the_seller_about(world, path.split("/")[3])
    page = world.offered("asker", world.shopper("taker").email)
    expect(page.get_by_role("button", name="Withdraw offer")).to_be_visible(timeout=PATIENCE)
    page.close()
    return f"{path}transfer/"


def _ask_the_seller_about(world: World, member_id: str) -> None:
    """Of this one product only: the others' transfers need nobody's word."""
    product, company = world.row(
        "SELECT products.id, products.company_id FROM members"
        " JOIN memberships ON memberships.id = members.membership_id"
        " JOIN products ON products.id = memberships.product_id WHERE members.id = ?",
        member_id,
    )
    body = json.dumps({"products": {product: {"transfer": {"mode": "approval"}}}})
    world.write(
        "INSERT OR IGNORE INTO portal_configurations"
        " (id, company_id, version, body, author_id, created_at)"
        " SELECT 'pcfg_gallery', ?, 1 + coalesce(max(version), 0), ?, '',"
        " '2026-11-16 09:00:00.000000' FROM portal_configurations WHERE company_id = ?",
        *(company, body, company),
    )


def declared(world: World) -> str:
    """What no rule decides: which of two, nobody's, and money that goes back."""
    world.once(waits_for_seller)
    world.portal.sign_in(world.shopper("doubter", memberships=2).email)
    world.portal.sign_in(world.shopper("buyer", trial_days=0).email)
    world.declare("cancel", world.shopper("doubter").email, "It is one of my clubs. " * 12)
    world.declare("cancel", "stranger@shoppers.example", "my club")
    world.declare("withdraw", world.shopper("buyer").email, "Club 1")
    page = world.page_of("")
    for _ in range(200):
        if world.one("SELECT count(*) FROM declarations WHERE finding IS NULL") == "0":
            world.write(_ONE_AFTER_ANOTHER)
            return "/studio/declarations/"
        page.wait_for_timeout(100)
    raise AssertionError("the declarations were not looked at")


def endless(world: World) -> str:
    """The membership of *endless*: everything about it is as long as it can be."""
    shopper = world.shopper("endless", memberships=0)
    api = shopper.client.v1
    api.customers.update(shopper.cus, {"name": LONG_PERSON})
    product = api.products.create(
        {"name": LONG_PRODUCT, "metadata": {"portal_company": "biz_northwind"}}
    )
    price = api.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 129_900,
            "nickname": "Quarterly, for companies with more than one hundred seats",
            "recurring": {"interval": "month", "interval_count": 3},
        }
    )
    api.subscriptions.create(
        {"customer": shopper.cus, "items": [{"price": price.id, "quantity": 250}]}
    )
    page = world.page_of("")
    for _ in range(200):
        if shopper.rows(_BILLED):
            (path,) = shopper.manage_urls()
            return path
        page.wait_for_timeout(100)
    raise AssertionError("the portal did not hear of the long names")


def resumed_with_bank(world: World) -> str:
    """Where *waker* has to confirm the payment that resumes a membership."""
    shopper = world.shopper("waker", trial_days=0)
    (path,) = shopper.manage_urls()
    api = shopper.client.v1
    nothing: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}
    api.subscriptions.pause(shopper.subscriptions[0], nothing)
    asking = api.payment_methods.attach(
        "pm_card_authenticationRequired", {"customer": shopper.cus}
    ).id
    api.customers.update(shopper.cus, {"invoice_settings": {"default_payment_method": asking}})
    page = world.new_page(shopper.email)
    page.goto(f"{path}pause/")
    page.get_by_role("button", name="Resume now, pay $19.00").click(timeout=2 * PATIENCE)
    page.wait_for_url("**/pay/**", timeout=PATIENCE)
    page.close()
    return f"{path}pause/"


def crowd(world: World) -> str:
    """A search at Lumen, of which nobody else of the gallery's buys, that fills a page."""
    shopper = world.shopper("crowd", memberships=0)
    api = shopper.client.v1
    metadata = {"portal_company": "biz_lumen"}
    product = api.products.create({"name": "Morning class", "metadata": metadata})
    recurring: Any = {"interval": "month"}
    price = api.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1500, "recurring": recurring}
    )
    for _ in range(PER_PAGE + 1):
        api.subscriptions.create({"customer": shopper.cus, "items": [{"price": price.id}]})
    page = world.page_of("")
    for _ in range(600):
        if len(shopper.manage_urls()) > PER_PAGE:
            return "/studio/?q=crowd"
        page.wait_for_timeout(100)
    raise AssertionError("the portal did not hear of all of them")


_BILLED: Final = (
    "SELECT invoices.id FROM invoices JOIN customers ON customers.id = invoices.customer_id"
    " JOIN payments ON payments.invoice_id = invoices.id"
    " WHERE stripe_customer_id = :cus AND invoices.status = 'paid'"
)


def endless_invoice(world: World) -> str:
    world.once(endless)
    return str(world.shopper("endless").rows(_BILLED)[0][0])
