"""The steps of a story that plan ahead: subscription schedules and their pauses."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.provider.sandbox.shop import DAY
from tests.provider.sandbox.story import BEHAVIORS, Teller, anywhere


class Schedules(Teller):
    """Steps about `/v1/subscription_schedules`."""

    @rule(number=anywhere, price=anywhere, behavior=st.sampled_from(BEHAVIORS), extra=anywhere)
    def schedule_a_change(self, number: int, price: int, behavior: Any, extra: int) -> None:
        """Within the period or at its end; with the subscription's end, a coupon or a trial."""
        schedule = self._schedule_of(number)
        if schedule is None:
            return
        first: Any = schedule.phases[0].to_dict()
        phase = {key: first[key] for key in ("start_date", "end_date", "trial_end") if first[key]}
        phase["items"] = [{k: i[k] for k in ("price", "quantity")} for i in first["items"]]
        if extra % 3 == 0 and self.account.world.now + DAY < first["end_date"]:
            phase.pop("trial_end", None)
            phase["end_date"] = self.account.world.now + DAY
        wanted = self._price(self.account.world.objects[schedule.subscription], price)
        changed: dict[str, Any] = {
            "items": [{"price": wanted, "quantity": 1 + price % 3}],
            "duration": {"interval": ["week", "month", "year"][extra % 3]},
            "proration_behavior": behavior,
        }
        if extra % 4 == 1:
            changed["discounts"] = [{"coupon": self.api.coupons.create({"percent_off": 25}).id}]
        if extra % 5 == 1:
            changed["trial"] = True
        if extra % 7 == 1:
            changed["billing_cycle_anchor"] = "phase_start"
        given: Any = {"phases": [phase, changed], "end_behavior": ["release", "cancel"][extra % 2]}
        self.api.subscription_schedules.update(schedule.id, given)

    @rule(
        number=anywhere,
        days=st.integers(0, 40),
        rest=st.sampled_from([0, 1, 45]),
        settings=anywhere,
    )
    def schedule_a_pause(self, number: int, days: int, rest: int, settings: int) -> None:
        """At the end of the period (0 days) or later; for ever (0) or for so many days."""
        schedule = self._schedule_of(number, collection_method="charge_automatically")
        if schedule is None:
            return
        ends = schedule.phases[-1].end_date if days == 0 else self.account.world.now + days * DAY
        unused = ["pause_at", "none", "item_current_period_start"][settings % 3]
        pause: Any = {
            "pause_at": {"type": "timestamp", "timestamp": ends},
            "settings": {
                "bill_for": {"unused_time_from": {"type": unused}},
                "invoicing_behavior": ["invoice", "pending_invoice_item"][settings % 2],
            },
        }
        entry: Any = {"pause": pause}
        if rest:
            length = {"type": "duration", "duration": {"interval": "day", "interval_count": rest}}
            how = {
                "billing_cycle_anchor": ["resume_at", "unchanged"][settings % 2],
                "payment_behavior": ["resume_on_payment_attempt", "resume_on_payment_success"][
                    settings % 3 % 2
                ],
            }
            entry["resume"] = {"resume_at": length, "settings": how}
        self.api.subscription_schedules.update(schedule.id, {"pause_schedules": [entry]})

    def _schedule_of(self, number: int, **equal: Any) -> Any:
        """A new schedule of a running subscription, or None without one that is free for it."""
        subscription = self._running(number, "active", "past_due", "trialing")
        if subscription is None or subscription["schedule"] or subscription["_open"]:
            return None
        if any(subscription[name] != value for name, value in equal.items()):
            return None
        given: Any = {"from_subscription": subscription["id"]}
        return self.api.subscription_schedules.create(given)

    @rule(number=anywhere, how=st.sampled_from(["release", "release", "cancel"]))
    def end_a_schedule(self, number: int, how: str) -> None:
        schedule = self._some("subscription_schedule", number, status="active")
        if schedule:
            getattr(self.api.subscription_schedules, how)(schedule["id"])
