"""Stripe's objects as API 2026-10-28.endive sends them, cut to what matters here.

Each function takes what a test wants to be different and answers plain JSON.
"""

from __future__ import annotations

from typing import Any

CREATED = 1706702400  # 2024-01-31 12:00 UTC
RENEWS = 1709208000  # 2024-02-29 12:00 UTC
Json = dict[str, Any]


def listed(*data: object, url: str = "/v1/things", has_more: bool = False) -> Json:
    return {"object": "list", "data": list(data), "has_more": has_more, "url": url}


def product(**over: Any) -> Json:
    return {
        "id": "prod_1",
        "object": "product",
        "name": "Trading Room",
        "description": None,
        "active": True,
        "metadata": {"portal_company": "biz_northwind"},
        "created": CREATED,
        **over,
    }


def price(**over: Any) -> Json:
    return {
        "id": "price_1",
        "object": "price",
        "product": "prod_1",
        "nickname": "Monthly",
        "currency": "usd",
        "unit_amount": 2900,
        "unit_amount_decimal": "2900",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "active": True,
        "metadata": {},
        "created": CREATED,
        **over,
    }


def customer(**over: Any) -> Json:
    return {
        "id": "cus_1",
        "object": "customer",
        "email": "ada@example.com",
        "name": "Ada",
        "currency": "usd",
        "default_source": None,
        "invoice_settings": {"default_payment_method": "pm_1"},
        "metadata": {},
        "created": CREATED,
        **over,
    }


def card(**over: Any) -> Json:
    return {
        "id": "pm_1",
        "object": "payment_method",
        "type": "card",
        "customer": "cus_1",
        "card": {
            "brand": "visa",
            "last4": "4242",
            "exp_month": 12,
            "exp_year": 2030,
            "funding": "credit",
            "fingerprint": "f1ng3r",
            "wallet": {"type": "apple_pay"},
        },
        "created": CREATED,
        **over,
    }


def item(**over: Any) -> Json:
    return {
        "id": "si_1",
        "object": "subscription_item",
        "price": price(),
        "quantity": 1,
        "current_period_start": CREATED,
        "current_period_end": RENEWS,
        **over,
    }


def subscription(*items: Json, **over: Any) -> Json:
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "status": "active",
        "currency": "usd",
        "collection_method": "charge_automatically",
        "items": listed(*(items or (item(),))),
        "default_payment_method": None,
        "default_source": None,
        "latest_invoice": "in_1",
        "start_date": CREATED,
        "created": CREATED,
        "billing_cycle_anchor": CREATED,
        "trial_start": None,
        "trial_end": None,
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "ended_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "pause_collection": None,
        "pending_update": None,
        "schedule": None,
        "metadata": {},
        **over,
    }


def line(**over: Any) -> Json:
    return {
        "id": "il_1",
        "object": "line_item",
        "amount": 2900,
        "currency": "usd",
        "description": "1 × Trading Room",
        "quantity": 1,
        "period": {"start": CREATED, "end": RENEWS},
        "pricing": {
            "type": "price_details",
            "price_details": {"price": "price_1", "product": "prod_1"},
        },
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {"proration": False, "subscription": "sub_1"},
            "invoice_item_details": None,
        },
        **over,
    }


def invoice(*lines: Json, **over: Any) -> Json:
    return {
        "id": "in_1",
        "object": "invoice",
        "customer": "cus_1",
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": "sub_1"},
        },
        "number": "NWA-0001",
        "status": "paid",
        "billing_reason": "subscription_cycle",
        "description": None,
        "currency": "usd",
        "subtotal": 2900,
        "total": 2900,
        "total_discount_amounts": [],
        "total_taxes": [],
        "amount_due": 2900,
        "amount_paid": 2900,
        "amount_remaining": 0,
        "attempt_count": 1,
        "next_payment_attempt": None,
        "period_start": CREATED - 86400,
        "period_end": CREATED,
        "due_date": None,
        "status_transitions": {"finalized_at": CREATED, "paid_at": CREATED},
        "hosted_invoice_url": "https://example.com/in_1",
        "lines": listed(*(lines or (line(),))),
        "payments": listed(
            {
                "id": "inpay_1",
                "created": CREATED,
                "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
            }
        ),
        "created": CREATED,
        **over,
    }


def one_time_invoice(*lines: Json, **over: Any) -> Json:
    return invoice(*lines, **{"parent": None, "billing_reason": "manual", **over})


def charge(**over: Any) -> Json:
    return {
        "id": "ch_1",
        "object": "charge",
        "amount_refunded": 0,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "created": CREATED,
        **over,
    }


def intent(**over: Any) -> Json:
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "customer": "cus_1",
        "status": "succeeded",
        "currency": "usd",
        "amount": 2900,
        "amount_received": 2900,
        "description": "Trading Room",
        "latest_charge": charge(),
        "last_payment_error": None,
        "created": CREATED,
        **over,
    }


def refund(**over: Any) -> Json:
    return {
        "id": "re_1",
        "object": "refund",
        "payment_intent": "pi_1",
        "charge": "ch_1",
        "status": "succeeded",
        "reason": None,
        "currency": "usd",
        "amount": 900,
        "created": CREATED,
        **over,
    }


def checkout(**over: Any) -> Json:
    bought = {
        "id": "li_1",
        "object": "item",
        "price": price(id="price_2", recurring=None, unit_amount=9900),
        "description": "Course Library",
        "quantity": 1,
        "currency": "usd",
        "amount_total": 9900,
    }
    return {
        "id": "cs_1",
        "object": "checkout.session",
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "customer": "cus_1",
        "invoice": None,
        "payment_intent": "pi_2",
        "line_items": listed(bought),
        "metadata": {},
        "created": CREATED,
        **over,
    }
