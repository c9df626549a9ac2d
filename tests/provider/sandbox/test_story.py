"""Any story that an account can have: money is conserved, previews hold, anchors hold.

The steps go through the real SDK; after each of them the books are checked. `make test` runs a
fixed set of stories, `make soak` a hundred thousand steps.
"""

import os
from typing import Any

import stripe
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from portal_app.sandbox.engine import schedule_clock
from tests.provider.sandbox import bookkeeping
from tests.provider.sandbox.shop import DAY
from tests.provider.sandbox.story import BEHAVIORS, CARDS, anywhere
from tests.provider.sandbox.story_schedules import Schedules
from tests.provider.sandbox.story_troubles import Troubles

SOAK = bool(os.environ.get("PORTAL_SOAK"))
STEPS = 50
STORIES = 2000 if SOAK else 12

REFUSALS = (
    "authentication_required",
    "card_declined",
    "invoice_payment_intent_requires_action",
)


def _figures(invoice: Any) -> Any:
    lines = sorted((line.amount, line.description) for line in invoice.lines.data)
    return lines, invoice.total, invoice.amount_due, invoice.ending_balance


class Story(Schedules, Troubles):
    """What customers do with their subscriptions, and time with both."""

    @rule(number=anywhere)
    def renew_as_previewed(self, number: int) -> None:
        subscription = self._running(number, "active", "trialing")
        if subscription is None or subscription["cancel_at"]:
            return
        preview = self._previewed(subscription, {})
        if preview is None or not preview.lines.data:
            # A pause comes first, or a change that costs nothing.
            assert subscription["schedule"]
            return
        before = subscription["latest_invoice"]
        for _ in range(9):
            subscription = self.account.world.objects[subscription["id"]]
            if subscription["latest_invoice"] != before:
                break
            self.account.advance_to(self._next_moment(subscription))
        made = self.api.invoices.retrieve(subscription["latest_invoice"])
        assert _figures(preview) == _figures(made)

    def _next_moment(self, subscription: Any) -> int:
        """When something is due for it: at the latest, the end of its period."""
        world = self.account.world
        end = subscription["items"]["data"][0]["current_period_end"]
        schedule = world.objects.get(subscription["schedule"] or "")
        due = schedule_clock.due(world, schedule) if schedule else None
        return max(world.now, min(end, due or end))

    @rule(
        number=anywhere,
        price=anywhere,
        behavior=st.sampled_from(BEHAVIORS),
        extra=st.sampled_from(["", "", "anchor", "date", "pending"]),
    )
    def change_as_previewed(self, number: int, price: int, behavior: str, extra: str) -> None:
        subscription = self._running(number, "active", "past_due", "trialing")
        if subscription is None:
            return
        item = subscription["items"]["data"][0]
        wanted = {"id": item["id"], "price": self._price(subscription, price)}
        change: dict[str, Any] = {
            "items": [{**wanted, "quantity": 1 + price % 3}],
            "proration_behavior": behavior,
        }
        if extra == "anchor":
            change["billing_cycle_anchor"] = {"type": "now"}
        if extra == "date":
            start = item["current_period_start"]
            change["proration_date"] = (start + self.account.world.now) // 2
        waits = extra == "pending" and not subscription["schedule"]
        payment: Any = {"payment_behavior": "pending_if_incomplete"} if waits else {}
        self._compare(subscription, change, payment)

    def _compare(self, subscription: Any, change: dict[str, Any], payment: Any) -> None:
        """The charge is the preview, if the change charges anything at once."""
        before = subscription["latest_invoice"]
        preview = self._previewed(subscription, change)
        self.api.subscriptions.update(subscription["id"], {**change, **payment})
        subscription = self.account.world.objects[subscription["id"]]
        if subscription["latest_invoice"] != before:
            made = self.api.invoices.retrieve(subscription["latest_invoice"])
            assert preview is not None
            assert _figures(preview) == _figures(made)

    @rule(
        number=anywhere,
        percent=st.sampled_from([10, 33.3, 100]),
        duration=st.integers(0, 2),
        code=st.booleans(),
    )
    def discount(self, number: int, percent: float, duration: int, code: bool) -> None:
        subscription = self._running(number, "active", "past_due", "trialing")
        if subscription is None:
            return
        lasting: Any = [
            {"duration": "once"},
            {"duration": "repeating", "duration_in_months": 2},
            {"duration": "forever"},
        ][duration]
        coupon = self.api.coupons.create({"percent_off": percent, **lasting})
        given: Any = [{"discount": kept} for kept in subscription["discounts"][:1]]
        if code:
            made = self.api.promotion_codes.create(
                {"promotion": {"type": "coupon", "coupon": coupon.id}, "max_redemptions": 1}
            )
            given.append({"promotion_code": made.id})
        else:
            given.append({"coupon": coupon.id})
        self.api.subscriptions.update(subscription["id"], {"discounts": given})

    @rule(number=anywhere, card=st.sampled_from(CARDS))
    def use_another_card(self, number: int, card: str) -> None:
        customer = self._some("customer", number)
        if customer:
            self.shop.set_default(customer["id"], self.shop.attach(customer["id"], card))

    @rule(number=anywhere, amount=st.sampled_from([-9000, -700, 500]))
    def adjust_the_balance(self, number: int, amount: int) -> None:
        customer = self._some("customer", number)
        if customer and customer["currency"]:
            given: Any = {"amount": amount, "currency": customer["currency"]}
            self.api.customers.balance_transactions.create(customer["id"], given)

    @rule(number=anywhere)
    def pay(self, number: int) -> None:
        invoice = self._some("invoice", number, status="open")
        if invoice:
            try:
                self.api.invoices.pay(invoice["id"])
            except stripe.CardError as refused:
                if refused.code not in REFUSALS:
                    raise

    @rule(number=anywhere, status=st.sampled_from(["void_invoice", "mark_uncollectible"]))
    def give_up(self, number: int, status: str) -> None:
        invoice = self._some("invoice", number, status="open")
        if invoice:
            getattr(self.api.invoices, status)(invoice["id"])

    @rule(number=anywhere, credit=st.sampled_from(["none", "now", "item_current_period_start"]))
    def pause(self, number: int, credit: Any) -> None:
        subscription = self._running(number, "active", "past_due")
        if subscription and not subscription["schedule"]:
            self.api.subscriptions.pause(
                subscription["id"], {"bill_for": {"unused_time_from": {"type": credit}}}
            )

    @rule(number=anywhere, anchor=st.sampled_from(["now", "unchanged"]))
    def resume(self, number: int, anchor: Any) -> None:
        subscription = self._running(number, "paused")
        if subscription:
            given: Any = {"billing_cycle_anchor": {"type": anchor}}
            self.api.subscriptions.resume(subscription["id"], given)

    @rule(number=anywhere, behavior=st.sampled_from(["void", "mark_uncollectible", ""]))
    def pause_collection(self, number: int, behavior: str) -> None:
        subscription = self._running(number, "active", "past_due")
        if subscription:
            given: Any = {"behavior": behavior} if behavior else ""
            self.api.subscriptions.update(subscription["id"], {"pause_collection": given})

    @rule(number=anywhere, how=st.sampled_from(["later", "now", "credit", "settle", "date"]))
    def cancel(self, number: int, how: str) -> None:
        subscription = self._running(number, "active", "past_due", "trialing", "paused")
        if subscription is None or (subscription["schedule"] and how in ("later", "date")):
            return
        if how == "later":
            self.api.subscriptions.update(subscription["id"], {"cancel_at_period_end": True})
        elif how == "date":
            moment = self.account.world.now + 5 * DAY
            self.api.subscriptions.update(subscription["id"], {"cancel_at": moment})
        else:
            settle = how == "settle"
            given: Any = {"prorate": how != "now", "invoice_now": settle}
            self.api.subscriptions.cancel(subscription["id"], given)

    @invariant()
    def the_books_are_right(self) -> None:
        bookkeeping.check(self.account.world)


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=STORIES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not SOAK,
    database=None,
    phases=tuple(Phase) if SOAK else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
