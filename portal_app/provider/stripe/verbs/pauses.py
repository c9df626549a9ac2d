"""Pausing: the subscription itself, at once or by a schedule, or only its collection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.pausing import PlannedPause
from portal_app.provider.stripe.verbs.posting import Posting, unix
from portal_app.provider.stripe_objects import named


class PauseVerbs(Posting):
    """`PauseWriter`."""

    async def pause_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        params = {"type": "subscription", "bill_for": {"unused_time_from": {"type": "none"}}}
        return await self._subscription_after(subscription_id, params, key, action="/pause")

    async def schedule_pause(
        self, subscription_id: str, pause: PlannedPause, *, schedule_id: str | None, key: str
    ) -> SubscriptionFacts:
        path, params = "/v1/subscription_schedules", {"pause_schedules": [_entry(pause)]}
        if schedule_id is None:
            await self._post(path, {"from_subscription": subscription_id, **params}, key)
        else:
            await self._post(f"{path}/{named(schedule_id)}", params, key)
        return await self.subscription(subscription_id)

    async def clear_pauses(self, schedule_id: str, *, key: str) -> None:
        path = f"/v1/subscription_schedules/{named(schedule_id)}"
        await self._post(path, {"pause_schedules": ""}, key)

    async def resume_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        params = {
            "billing_cycle_anchor": {"type": "now"},
            "payment_behavior": "resume_on_payment_success",
        }
        return await self._subscription_after(subscription_id, params, key, action="/resume")

    async def pause_collection(
        self, subscription_id: str, *, resumes_at: datetime | None, key: str
    ) -> SubscriptionFacts:
        until = {"resumes_at": unix(resumes_at)} if resumes_at else {}
        params = {"pause_collection": {"behavior": "void", **until}}
        return await self._subscription_after(subscription_id, params, key)

    async def resume_collection(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        return await self._subscription_after(subscription_id, {"pause_collection": ""}, key)


def _entry(pause: PlannedPause) -> dict[str, Any]:
    """One of `pause_schedules` (docs.stripe.com/billing/subscriptions/pause/schedules)."""
    at = pause.pauses_at
    unused = "item_current_period_start" if pause.credited_whole else "none"
    return {
        "pause": {
            "pause_at": {"type": "timestamp", "timestamp": unix(at)} if at else {"type": "now"},
            "settings": {
                "bill_for": {"unused_time_from": {"type": unused}},
                "invoicing_behavior": "pending_invoice_item",
                "type": "subscription",
            },
        },
        "resume": {
            "resume_at": {"type": "timestamp", "timestamp": unix(pause.resumes_at)},
            "settings": {
                "billing_cycle_anchor": "resume_at",
                "payment_behavior": "resume_on_payment_success",
                "proration_behavior": "none",
            },
        },
    }
