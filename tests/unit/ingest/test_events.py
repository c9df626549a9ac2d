"""The table of events: which objects are looked at again."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.ingest.events import HANDLED_EVENTS, Ref, affected
from portal_app.provider.objects import Kind


def of(kind: str, **obj: Any) -> tuple[Ref, ...]:
    return affected({"type": kind, "data": {"object": obj}})


@pytest.mark.parametrize(
    ("kind", "obj", "refs"),
    [
        ("customer.updated", {"id": "cus_1"}, {Ref(Kind.CUSTOMER, "cus_1")}),
        (
            "customer.tax_id.updated",
            {"id": "txi_1", "customer": "cus_1"},
            {Ref(Kind.CUSTOMER, "cus_1")},
        ),
        ("customer.subscription.deleted", {"id": "sub_1"}, {Ref(Kind.SUBSCRIPTION, "sub_1")}),
        (
            "subscription_schedule.released",
            {"id": "sub_sched_1", "subscription": None, "released_subscription": "sub_1"},
            {Ref(Kind.SUBSCRIPTION, "sub_1")},
        ),
        ("invoice.paid", {"id": "in_1", "customer": "cus_1"}, {Ref(Kind.INVOICE, "in_1")}),
        ("invoice_payment.paid", {"id": "inpay_1", "invoice": "in_1"}, {Ref(Kind.INVOICE, "in_1")}),
        ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1"}, {Ref(Kind.PAYMENT, "pi_1")}),
        (
            "refund.created",
            {"id": "re_1", "payment_intent": {"id": "pi_1", "object": "payment_intent"}},
            {Ref(Kind.REFUND, "re_1"), Ref(Kind.PAYMENT, "pi_1")},
        ),
        ("refund.created", {"id": "re_1", "payment_intent": None}, {Ref(Kind.REFUND, "re_1")}),
        ("payment_method.detached", {"id": "pm_1"}, {Ref(Kind.PAYMENT_METHOD, "pm_1")}),
        ("checkout.session.completed", {"id": "cs_1"}, {Ref(Kind.CHECKOUT, "cs_1")}),
    ],
)
def test_which_objects_an_event_is_about(kind: str, obj: dict[str, Any], refs: set[Ref]) -> None:
    assert set(of(kind, **obj)) == refs


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "customer.updated"},
        {"type": "customer.updated", "data": []},
        {"type": "customer.updated", "data": {"object": "cus_1"}},
        {"type": "customer.updated", "data": {"object": {"id": 7}}},
        {"type": ["customer.updated"], "data": {"object": {"id": "cus_1"}}},
        {"type": "balance.available", "data": {"object": {"id": "cus_1"}}},
        # Upcoming invoices have no id: they are previews.
        {"type": "invoice.upcoming", "data": {"object": {"object": "invoice"}}},
    ],
)
def test_what_tells_us_nothing(event: dict[str, Any]) -> None:
    assert affected(event) == ()


def test_every_kind_is_reached_by_some_event() -> None:
    obj = {"id": "x", "payment_intent": "x", "invoice": "x", "subscription": "x"}
    found = {ref.kind for kind in HANDLED_EVENTS for ref in of(kind, **obj)}
    assert found == set(Kind)
