"""Any story that an account can have: money is conserved, previews hold, anchors hold.

The steps go through the real SDK; after each of them the books are checked. `make test` runs a
fixed set of stories, `make soak` a hundred thousand steps.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import stripe
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.provider.conftest import START
from tests.provider.sandbox import bookkeeping
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import DAY, Shop

SOAK = bool(os.environ.get("PORTAL_SOAK"))
STEPS = 50
STORIES = 2000 if SOAK else 16

FAILING = ("pm_card_chargeCustomerFail", "pm_card_authenticationRequired")
CARDS = ("pm_card_visa", "pm_card_mastercard", *FAILING)
PRICES: dict[str, list[dict[str, Any]]] = {
    "usd": [
        {"amount": 2900},
        {"amount": 5999},
        {"amount": 29000, "interval": "year"},
        {"amount": 700, "interval": "week"},
        {"amount": 0},
    ],
    "jpy": [{"amount": 1500}, {"amount": 9999, "interval": "year"}, {"amount": 3333}],
}
WEEKLY = 3  # the one price that has no day of the month
BEHAVIORS = ("create_prorations", "always_invoice", "none")
REFUSALS = ("card_declined", "invoice_payment_intent_requires_action")
anywhere = st.integers(0, 10**6)


def _figures(invoice: Any) -> Any:
    lines = sorted((line.amount, line.description) for line in invoice.lines.data)
    return lines, invoice.total, invoice.amount_due, invoice.ending_balance


class Story(RuleBasedStateMachine):
    """Each subscription has a customer of its own, so that a preview has one future."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.account = Account(Path(self._folder.name) / "sandbox.db", now=START)
        self.shop = Shop(self.account.client)
        self.api = self.account.client.v1

    def teardown(self) -> None:
        self.account.close()
        self._folder.cleanup()

    @initialize()
    def open_the_shop(self) -> None:
        self.prices = {
            currency: [self.shop.price(currency=currency, **price) for price in prices]
            for currency, prices in PRICES.items()
        }
        self.rate = self.api.tax_rates.create(
            {"display_name": "VAT", "percentage": 19, "inclusive": False}
        ).id
        for number in (0, 1):
            # On the last day of a month, which most other months have to move.
            self.join("usd", "pm_card_visa", number, {})

    # -- choosing ----------------------------------------------------------------------------
    def _some(self, kind: str, number: int, **equal: Any) -> Any:
        found = self.account.world.where(kind, **equal)
        return found[number % len(found)] if found else None

    def _running(self, number: int, *statuses: str) -> Any:
        found = [s for s in self.account.world.all("subscription") if s["status"] in statuses]
        return found[number % len(found)] if found else None

    def _price(self, subscription: Any, number: int) -> str:
        prices = self.prices[subscription["currency"]]
        return prices[number % len(prices)]

    # -- steps -------------------------------------------------------------------------------
    @rule(
        currency=st.sampled_from(list(PRICES)),
        card=st.sampled_from(CARDS),
        number=anywhere,
        extras=st.sampled_from(
            [{}, {"trial_period_days": 7}, {"collection": 10}, {"taxed": True}, {"day": 31}]
        ),
    )
    def join(self, currency: str, card: str, number: int, extras: dict[str, Any]) -> None:
        price = self.prices[currency][number % len(self.prices[currency])]
        params: dict[str, Any] = {
            "customer": self.shop.customer(card),
            "items": [{"price": price, "quantity": 1 + number % 3}],
        }
        if trial := extras.get("trial_period_days"):
            params["trial_period_days"] = trial
        if days := extras.get("collection"):
            params.update(collection_method="send_invoice", days_until_due=days)
        if (day := extras.get("day")) and number % len(self.prices[currency]) != WEEKLY:
            params["billing_cycle_anchor_config"] = {"day_of_month": day}
        if extras.get("taxed"):
            params["default_tax_rates"] = [self.rate]
        self.api.subscriptions.create(params)  # type: ignore[arg-type]

    @rule(hours=st.sampled_from([1, 24, 72, 8 * 24, 29 * 24, 31 * 24, 92 * 24]))
    def wait(self, hours: int) -> None:
        self.account.advance_to(self.account.world.now + hours * 3600)

    @rule(number=anywhere)
    def renew_as_previewed(self, number: int) -> None:
        subscription = self._running(number, "active", "trialing")
        if subscription is None or subscription["cancel_at"]:
            return
        preview = self.api.invoices.create_preview({"subscription": subscription["id"]})
        subscription = self.account.world.objects[subscription["id"]]
        self.account.advance_to(subscription["items"]["data"][0]["current_period_end"])
        made = self.api.invoices.retrieve(subscription["latest_invoice"])
        assert _figures(preview) == _figures(made)

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
        payment: Any = {"payment_behavior": "pending_if_incomplete"} if extra == "pending" else {}
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

    def _previewed(self, subscription: Any, change: dict[str, Any]) -> Any:
        snapshot = self._snapshot()
        try:
            params: Any = {"subscription": subscription["id"], "subscription_details": change}
            return self.api.invoices.create_preview(params)
        except stripe.InvalidRequestError as nothing:
            if nothing.code == "invoice_upcoming_none":
                return None
            raise
        finally:
            assert self._snapshot() == snapshot

    @rule(number=anywhere, percent=st.sampled_from([10, 33.3, 100]), duration=st.integers(0, 2))
    def discount(self, number: int, percent: float, duration: int) -> None:
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

    @rule(number=anywhere, part=st.sampled_from([0.3, 1]))
    def refund(self, number: int, part: float) -> None:
        charge = self._some("charge", number, paid=True, refunded=False)
        if charge:
            left = charge["amount"] - charge["amount_refunded"]
            amount = max(1, int(left * part))
            self.api.refunds.create({"charge": charge["id"], "amount": amount})

    @rule(number=anywhere, credit=st.sampled_from(["none", "now", "item_current_period_start"]))
    def pause(self, number: int, credit: Any) -> None:
        subscription = self._running(number, "active", "past_due")
        if subscription:
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
        if subscription is None:
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

    @precondition(lambda self: len(self.account.world.objects) > 20)
    @rule()
    def restart(self) -> None:
        before = self._snapshot()
        self.account.restart()
        assert self._snapshot() == before

    def _snapshot(self) -> bytes:
        world = self.account.world
        state = {"now": world.now, "counter": world.counter, "objects": world.objects}
        return orjson.dumps(state, option=orjson.OPT_SORT_KEYS)

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
