"""The JSON of a subscription schedule."""

from typing import Any

from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def new_schedule(world: World, customer: str, params: Params) -> Obj:
    return {
        "id": world.new_id("sub_sched"),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": None,
        },
        "canceled_at": None,
        "completed_at": None,
        "created": world.now,
        "current_phase": None,
        "customer": customer,
        "customer_account": None,
        "default_settings": settings({}, params.get("default_settings") or {}),
        "end_behavior": params.get("end_behavior", "release"),
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "pause_schedules": [],
        "phases": [],
        "released_at": None,
        "released_subscription": None,
        "status": "not_started",
        "subscription": None,
        "test_clock": None,
        # Whether the customer's owner has been told that it ends in a week.
        "_expiring": False,
    }


def settings(present: Obj, given: Params) -> Obj:
    """What holds for every phase that does not say otherwise."""
    invoices = {
        "account_tax_ids": None,
        "custom_fields": None,
        "days_until_due": None,
        "description": None,
        "footer": None,
        "issuer": {"type": "self"},
    }
    kept = {
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": "charge_automatically",
        "default_payment_method": None,
        "description": None,
        "on_behalf_of": None,
        "transfer_data": None,
        **present,
        **given,
    }
    held = present.get("invoice_settings", invoices)
    kept["invoice_settings"] = {**held, **(given.get("invoice_settings") or {})}
    return kept
