"""Who tells the stories of `test_story`: an account with a shop, and what steps choose from."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import stripe
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.provider.conftest import START
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import Shop

FAILING = ("pm_card_chargeCustomerFail", "pm_card_authenticationRequired")
DISPUTED = (
    "pm_card_createDispute",
    "pm_card_createDisputeInquiry",
    "pm_card_createMultipleDisputes",
)
CARDS = ("pm_card_visa", "pm_card_mastercard", *FAILING, *DISPUTED)
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
anywhere = st.integers(0, 10**6)


class Teller(RuleBasedStateMachine):
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

    # -- the steps that all others need ------------------------------------------------------
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

    # -- looking -----------------------------------------------------------------------------
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

    def _snapshot(self) -> bytes:
        world = self.account.world
        state = {"now": world.now, "counter": world.counter, "objects": world.objects}
        return orjson.dumps(state, option=orjson.OPT_SORT_KEYS)
