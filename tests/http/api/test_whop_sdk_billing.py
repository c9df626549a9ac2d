"""Payments and invoices through Whop's own SDK: every shape, every filter, the receipt's link."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from whop_sdk import Whop
from whop_sdk.core.api_error import ApiError
from whop_sdk.errors import BadRequestError, NotFoundError
from whop_sdk.types.invoice import Invoice
from whop_sdk.types.invoice_list_item import InvoiceListItem
from whop_sdk.types.payment import Payment

from tests.factories import NOW
from tests.http.api.billing_world import Billing, build_billing
from tests.http.api.serving import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("billing"), module_database_url, build_billing) as served:
        yield served


@pytest.fixture
def billing(served: Served) -> Billing:
    billing: Billing = served.world
    return billing


@pytest.fixture
def sdk(served: Served, billing: Billing) -> Whop:
    return served.sdk(billing.key)


def _ids(pager: Any) -> list[str]:
    return [one.id for one in pager]


def test_a_payment_as_the_sdk_reads_it(sdk: Whop, billing: Billing) -> None:
    payment = sdk.payments.retrieve(billing.payments["paid"])
    assert isinstance(payment, Payment)
    held = billing.yen
    assert (payment.status, payment.substatus) == ("paid", "partially_refunded")
    assert payment.total is not None
    assert (payment.total.amount, payment.total.currency, payment.total.decimals) == (
        *("3000", "jpy"),
        0,
    )
    assert payment.refunded_amount is not None
    assert payment.refunded_amount.amount == "1000"
    assert payment.amount_after_fees.amount == "2000"
    assert payment.refunded_at == "2026-11-16T09:30:00.000Z"
    assert payment.refundable
    assert payment.usd_total is None
    assert (payment.membership_id, payment.member_id) == (held.membership.id, held.member.id)
    assert (payment.plan_id, payment.product_id) == (held.plan.id, held.plan.product_id)
    assert payment.user is not None
    assert (payment.user.id, payment.user.name) == (held.member.person_id, "Cleo")
    assert payment.customer_email == "ada@example.com"
    assert payment.payment_instrument is not None
    assert payment.payment_instrument.display_name == "Visa •••• 4242"
    (line,) = payment.line_items
    assert (line.label, line.quantity, line.product_title) == ("Dojo", 2, "Dojo")
    assert line.subtotal is not None
    assert line.subtotal.amount == "3000"


def test_failed_and_single_payments(sdk: Whop, billing: Billing) -> None:
    late = sdk.payments.retrieve(billing.payments["late"])
    assert (late.status, late.substatus) == ("open", "failed")
    assert (late.decline_code, late.payments_failed) == ("insufficient_funds", 1)
    assert late.retryable
    assert not late.refundable
    alone = sdk.payments.retrieve(billing.payments["alone"])
    assert (alone.billing_reason, alone.substatus) == ("one_time", "succeeded")
    assert [line.product_title for line in alone.line_items] == ["Dojo"]
    assert alone.membership_id not in {None, billing.yen.membership.id}


def test_payments_are_listed_newest_first_page_by_page(sdk: Whop, billing: Billing) -> None:
    everything = list(billing.payments.values())
    assert _ids(sdk.payments.list(first=1)) == everything
    assert _ids(sdk.payments.list(first=2, direction="asc")) == everything[::-1]
    assert [one.id for one in sdk.payments.list(last=1).items or []] == everything[-1:]


def _payment_filters(billing: Billing) -> list[tuple[dict[str, Any], set[str]]]:
    held = billing.yen
    return [
        ({"status": "paid"}, {"alone", "paid"}),
        ({"status": "open"}, {"late"}),
        ({"status": "pending"}, set()),
        ({"status": "draft"}, set()),
        ({"currency": "jpy"}, {"alone", "late", "paid"}),
        ({"currency": "usd"}, set()),
        ({"user_id": held.member.person_id}, {"alone", "late", "paid"}),
        ({"user_id": billing.world.own.member.person_id}, set()),
        ({"membership_id": held.membership.id}, {"late", "paid"}),
        ({"membership_id": billing.world.own.membership.id}, set()),
        ({"member_id": held.member.id}, {"late", "paid"}),
        ({"member_id": billing.world.own.member.id}, set()),
        ({"account_id": "biz_dojo"}, {"alone", "late", "paid"}),
        ({"account_id": "biz_northwind"}, set()),
        ({"created_after": NOW - timedelta(days=2, hours=1)}, {"alone", "late"}),
        ({"created_before": NOW - timedelta(days=2)}, {"paid"}),
    ]


def test_each_filter_of_payments(sdk: Whop, billing: Billing) -> None:
    for given, expected in _payment_filters(billing):
        found = set(_ids(sdk.payments.list(**given)))
        assert found == {billing.payments[name] for name in expected}, given
    for name in ("query", "product_id", "plan_id"):
        with pytest.raises(BadRequestError):
            sdk.payments.list(**{name: "x"})


def test_an_invoice_as_the_sdk_reads_it(sdk: Whop, billing: Billing) -> None:
    invoice = sdk.invoices.retrieve(billing.invoices["paid"])
    assert isinstance(invoice, Invoice)
    held = billing.yen
    assert (invoice.status, invoice.collection_method) == ("paid", "charge_automatically")
    assert invoice.company.id == "biz_dojo"
    assert (invoice.product.id, invoice.product.title) == (held.plan.product_id, "Dojo")
    plan = invoice.current_plan
    assert (plan.id, plan.currency, plan.formatted_price) == (held.plan.id, "jpy", "¥1,500 / month")
    assert invoice.payment is not None
    assert invoice.payment.id == billing.payments["paid"]
    assert invoice.member is not None
    assert invoice.member.id == held.member.id
    assert invoice.user is not None
    assert invoice.user.name == "Cleo"
    (line,) = invoice.line_items
    assert (line.label, line.quantity, line.unit_price, line.total) == ("Dojo", 2, 1500, 3000)


def test_invoices_are_listed_newest_first_page_by_page(sdk: Whop, billing: Billing) -> None:
    everything = list(billing.invoices.values())
    found = list(sdk.invoices.list(first=1))
    assert [one.id for one in found] == everything
    assert all(isinstance(one, InvoiceListItem) for one in found)
    assert [one.status for one in found] == ["draft", "past_due", "paid"]
    assert _ids(sdk.invoices.list(first=2, direction="asc")) == everything[::-1]


def _invoice_filters(billing: Billing) -> list[tuple[dict[str, Any], set[str]]]:
    own = billing.yen.plan.product_id
    return [
        ({"statuses": ["past_due", "paid"]}, {"late", "paid"}),
        ({"statuses": ["open"]}, set()),
        ({"statuses": ["draft"]}, {"draft"}),
        ({"collection_methods": ["send_invoice"]}, {"late"}),
        ({"collection_methods": ["charge_automatically"]}, {"draft", "paid"}),
        (
            {"collection_methods": ["charge_automatically", "send_invoice"]},
            {"draft", "late", "paid"},
        ),
        ({"product_ids": [own, "prod_x"]}, {"draft", "late", "paid"}),
        ({"product_ids": [billing.world.own.plan.product_id]}, set()),
        ({"account_id": "biz_northwind"}, set()),
        ({"created_after": NOW - timedelta(days=2, hours=1)}, {"draft", "late"}),
    ]


def test_each_filter_of_invoices(sdk: Whop, billing: Billing) -> None:
    for given, expected in _invoice_filters(billing):
        found = set(_ids(sdk.invoices.list(**given)))
        assert found == {billing.invoices[name] for name in expected}, given
    with pytest.raises(BadRequestError):
        sdk.invoices.list(order="due_date")


def test_a_key_without_the_scope_hears_of_nobody(served: Served, billing: Billing) -> None:
    sdk = served.sdk(billing.narrow_key)
    payment = sdk.payments.retrieve(billing.payments["paid"])
    assert (payment.user, payment.member_id, payment.membership_id) == (None, None, None)
    assert payment.customer_email is None
    invoice = sdk.invoices.retrieve(billing.invoices["paid"])
    assert (invoice.user, invoice.member, invoice.customer_name) == (None, None, None)
    assert (invoice.email_address, invoice.mailing_address) == (None, None)
    for name in ("user_id", "member_id", "membership_id"):
        with pytest.raises(ApiError) as refused:
            sdk.payments.list(**{name: "x"})
        assert refused.value.status_code == 403
    # The receipt would name them.
    with pytest.raises(ApiError) as refused:
        sdk.payments.generate_pdf(billing.payments["paid"])
    assert refused.value.status_code == 403


def test_each_call_makes_a_new_link_to_the_receipt(
    served: Served, sdk: Whop, billing: Billing
) -> None:
    name = billing.payments["paid"]
    made = sdk.payments.generate_pdf(name)
    assert made.url.startswith(f"https://billing.example.com/receipts/{name}.pdf?expires=")
    assert made.expires_at.endswith(".000Z")
    again = [_generated(served, billing, name, "same") for _ in range(2)]
    assert all("idempotent-replayed" not in reply.headers for reply in again)
    # The same key for another payment would be refused if it were kept.
    other = _generated(served, billing, billing.payments["alone"], "same")
    assert [reply.status_code for reply in (*again, other)] == [200, 200, 200]


def _generated(served: Served, billing: Billing, name: str, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {billing.key}", "Idempotency-Key": key}
    return served.http.post(f"{served.base}/payments/{name}/generate_pdf", headers=headers)


def test_there_is_no_receipt_for_what_was_not_paid(sdk: Whop, billing: Billing) -> None:
    with pytest.raises(ApiError) as refused:
        sdk.payments.generate_pdf(billing.payments["late"])
    assert refused.value.status_code == 422
    assert refused.value.body["error"]["code"] == "payment_not_paid"
    with pytest.raises(NotFoundError):
        sdk.payments.generate_pdf(billing.world.payments[0])
