"""The JSON of a new subscription and of its items."""

from typing import Any

from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def new_subscription(world: World, customer: str, currency: str, params: Params) -> Obj:
    subscription_id = world.new_id("sub")
    return {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": world.now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": None,
        },
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "feedback_option": None,
            "reason": None,
        },
        "collection_method": params.get("collection_method", "charge_automatically"),
        "created": world.now,
        "currency": currency,
        "customer": customer,
        "days_until_due": params.get("days_until_due"),
        "default_payment_method": params.get("default_payment_method"),
        "default_source": None,
        "default_tax_rates": [],
        "description": params.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={subscription_id}",
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
            **(params.get("payment_settings") or {}),
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": world.now,
        "status": "incomplete",
        "status_details": None,
        "test_clock": world.objects[customer]["test_clock"],
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {
            "end_behavior": {
                "missing_payment_method": "create_invoice",
                **((params.get("trial_settings") or {}).get("end_behavior") or {}),
            }
        },
        "trial_start": None,
        # Invoices of this subscription that still wait for money.
        "_open": [],
    }


def new_item(world: World, subscription: Obj, given: Params) -> Obj:
    return {
        "id": world.new_id("si"),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": world.now,
        "current_period_end": world.now,
        "current_period_start": world.now,
        "discounts": [],
        "metadata": merge_metadata({}, given.get("metadata", {})),
        "price": given["price"],
        "quantity": given.get("quantity", 1),
        "subscription": subscription["id"],
        "tax_rates": [],
    }
