"""What the routes of subscription schedules accept, and previews of them."""

from portal_app.sandbox.http.listing import CURSORS
from portal_app.sandbox.http.specifications import COLLECTION, DISCOUNT, PRORATION_BEHAVIOR, Spec

_ANCHOR = ("automatic", "phase_start")
_DURATION: Spec = {"interval": ("day", "month", "week", "year"), "interval_count": "int"}
_END_BEHAVIOR = ("cancel", "release")
_PHASE: Spec = {
    "billing_cycle_anchor": _ANCHOR,
    "currency": "str",
    "default_payment_method": "str",
    "default_tax_rates": ["str"],
    "description": "str?",
    "discounts": [DISCOUNT],
    "duration": _DURATION,
    "end_date": "int",
    "items": [{"metadata": "map", "price": "str", "quantity": "int"}],
    "metadata": "map",
    "proration_behavior": PRORATION_BEHAVIOR,
    "trial": "bool",
    "trial_end": "int",
}
_CHANGED_PHASE: Spec = {
    **_PHASE,
    "end_date": "time",
    "start_date": "time",
    "trial_end": "time",
}
_SETTINGS: Spec = {
    "billing_cycle_anchor": _ANCHOR,
    "collection_method": COLLECTION,
    "default_payment_method": "str",
    "description": "str?",
    "invoice_settings": {"days_until_due": "int"},
}
_PAUSE: Spec = {
    "key": "str",
    "pause": {
        "pause_at": {"timestamp": "int", "type": ("now", "timestamp")},
        "settings": {
            "bill_for": {
                "outstanding_usage_through": {"type": ("none", "pause_at")},
                "unused_time_from": {"type": ("item_current_period_start", "none", "pause_at")},
            },
            "invoicing_behavior": ("invoice", "pending_invoice_item"),
            "type": ("subscription",),
        },
    },
    "resume": {
        "resume_at": {
            "duration": _DURATION,
            "timestamp": "int",
            "type": ("duration", "now", "timestamp"),
        },
        "settings": {
            "billing_cycle_anchor": ("resume_at", "unchanged"),
            "payment_behavior": ("resume_on_payment_attempt", "resume_on_payment_success"),
            "proration_behavior": PRORATION_BEHAVIOR,
        },
    },
}
SCHEDULE_UPDATE: Spec = {
    "default_settings": _SETTINGS,
    "end_behavior": _END_BEHAVIOR,
    "metadata": "map",
    "pause_schedules": [_PAUSE],
    "phases": [_CHANGED_PHASE],
    "proration_behavior": PRORATION_BEHAVIOR,
}
SCHEDULE_CREATE: Spec = {
    **{name: spec for name, spec in SCHEDULE_UPDATE.items() if name != "proration_behavior"},
    "customer": "str",
    "from_subscription": "str",
    "phases": [_PHASE],
    "start_date": "time",
}
SCHEDULE_LIST: Spec = {
    **CURSORS,
    "canceled_at": "range",
    "completed_at": "range",
    "created": "range",
    "customer": "str",
    "released_at": "range",
    "scheduled": "bool",
}
SCHEDULE_CANCEL: Spec = {"invoice_now": "bool", "prorate": "bool"}
SCHEDULE_RELEASE: Spec = {"preserve_cancel_date": "bool"}
SCHEDULE_DETAILS: Spec = {
    name: SCHEDULE_UPDATE[name] for name in ("end_behavior", "phases", "proration_behavior")
}
