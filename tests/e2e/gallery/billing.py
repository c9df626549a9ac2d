"""Lists, payment methods, history, billing details and the account of somebody signed in."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.gallery.scene import ADA, BEN, EVE, Scene
from tests.e2e.gallery.world import PATIENCE, World

_HISTORY: Final = "/billing/history/"
_ENTRY: Final = "/billing/history/{entry_id}/"
_PAID, _OPEN, _BACK = "invoices.status = 'paid'", "invoices.status = 'open'", "refunded_minor > 0"
_BOOKS: Final = "books@shoppers.example"


def _menu(page: Page, world: World) -> None:
    page.get_by_role("button", name="Profile").click()


def _wrong_details(page: Page, world: World) -> None:
    page.get_by_role("radio", name="A company").check()
    page.get_by_role("combobox", name="Country").select_option("BR")
    page.get_by_role("button", name="Add a tax ID").click()
    expect(page.get_by_role("combobox", name="Kind of tax ID")).to_be_visible()
    page.get_by_role("button", name="Save details").click()
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()


def _wrong_address(page: Page, world: World) -> None:
    page.get_by_role("textbox", name="Email").fill("nonsense")
    page.get_by_role("button", name="Add email").click()
    expect(page.locator(".field-error").filter(has_text="Enter an email")).to_be_visible()


def _step_up(page: Page, world: World) -> None:
    page.get_by_role("textbox", name="Email").fill("work@books.example")
    page.get_by_role("button", name="Add email").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Confirm that it's you", timeout=PATIENCE
    )


def _wrong_code(page: Page, world: World) -> None:
    _step_up(page, world)
    page.get_by_role("textbox", name="Code").fill("12")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _receipt(world: World) -> str:
    return f"/receipts/{world.billed(_PAID, 'payments.id')}/"


def _ready(page: Page, world: World) -> None:
    expect(page.get_by_role("button", name="Add payment method")).to_be_enabled(timeout=PATIENCE)


SCENES: Final = (
    Scene("orders", "/orders/", ADA, "/orders/"),
    Scene("orders-empty", "/orders/", EVE, "/orders/", whole=True),
    Scene("orders-menu", "/orders/", ADA, "/orders/", _menu, whole=True),
    Scene("upcoming", "/billing/upcoming/", ADA, "/billing/upcoming/"),
    Scene("upcoming-empty", "/billing/upcoming/", EVE, "/billing/upcoming/"),
    Scene("history", _HISTORY, ADA, _HISTORY),
    Scene("history-empty", _HISTORY, EVE, _HISTORY),
    Scene("history-nothing-fits", _HISTORY, ADA, f"{_HISTORY}?year=1999"),
    Scene("invoice-paid", _ENTRY, ADA, lambda world: f"{_HISTORY}{world.billed(_PAID)}/"),
    Scene("invoice-open", _ENTRY, ADA, lambda world: f"{_HISTORY}{world.billed(_OPEN)}/"),
    Scene("invoice-refunded", _ENTRY, ADA, lambda world: f"{_HISTORY}{world.billed(_BACK)}/"),
    Scene("entry-unknown", _ENTRY, ADA, f"{_HISTORY}inv_0000000000000000000000/"),
    Scene(
        "paper-invoice",
        "/invoices/{document_id}/",
        ADA,
        lambda world: f"/invoices/{world.billed(_PAID)}/",
    ),
    Scene("paper-receipt", "/receipts/{document_id}/", ADA, _receipt),
    Scene("paper-unknown", "/receipts/{document_id}/", ADA, "/receipts/pay_0/"),
    Scene("details", "/billing/details/", ADA, "/billing/details/"),
    Scene("details-wrong", "/billing/details/", ADA, "/billing/details/", _wrong_details),
    Scene("details-empty", "/billing/details/", EVE, "/billing/details/"),
    Scene(
        "details-recipient",
        "/billing/details/",
        _BOOKS,
        lambda world: world.recipient_link("books") and "/billing/details/",
        dated=True,
    ),
    Scene("methods", "/payment-methods/", ADA, "/payment-methods/"),
    Scene("methods-empty", "/payment-methods/", EVE, "/payment-methods/"),
    *[
        Scene(
            f"method-remove-{last4}",
            "/payment-methods/{method_id}/remove/",
            ADA,
            lambda world, last4=last4: f"/payment-methods/{world.portal.method_id(last4)}/remove/",
        )
        for last4 in ("4242", "4444")
    ],
    Scene(
        "method-unknown",
        "/payment-methods/{method_id}/remove/",
        ADA,
        "/payment-methods/payt_0/remove/",
    ),
    Scene("method-add", "/payment-methods/add/", BEN, "/payment-methods/add/", _ready),
    Scene("method-add-choose", "/payment-methods/add/", ADA, "/payment-methods/add/"),
    Scene("account", "/account/", ADA, "/account/", dated=True),
    Scene("account-empty", "/account/", EVE, "/account/", dated=True),
    Scene("account-wrong", "/account/", EVE, "/account/", _wrong_address, dated=True),
    Scene("time-zone", "/account/zone/", ADA, "/account/zone/", dated=True),
    Scene("step-up", "/account/confirm/{step_up_id}/", _BOOKS, "/account/", _step_up),
    Scene("step-up-wrong", "/account/confirm/{step_up_id}/", _BOOKS, "/account/", _wrong_code),
    Scene(
        "step-up-over",
        "/account/confirm/{step_up_id}/",
        EVE,
        "/account/confirm/stup_0000000000000000000000/",
    ),
)
