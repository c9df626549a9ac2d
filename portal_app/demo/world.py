"""The demo world's Stripe side (contracts.md): three years of two companies and their people.

Everything goes through the sandbox's public API and its clock, so the data is what the same
calls would have left at Stripe. The same `now` gives the same ids. The story is told in the order
of time, because the account's clock only moves forward.
"""

from dataclasses import dataclass
from datetime import datetime

import stripe

from portal_app.demo.catalog import DemoPrices, create_catalog
from portal_app.demo.control import SandboxControl
from portal_app.demo.people import Storyteller
from portal_app.demo.timeline import Timeline, card_expiry

HISTORY_MONTHS = 36
ADA, BEN, FATIMA = "ada@example.com", "ben@example.com", "fatima@example.com"
MASTERCARD = "5555555555554444"


async def create_world(client: stripe.StripeClient, control: SandboxControl, now: datetime) -> None:
    """Fill an empty account, ending with its clock at `now` (aware UTC, whole seconds).

    Raises httpx.HTTPStatusError when the account's clock is already later than the start.
    """
    timeline = Timeline(control, now.replace(microsecond=0))
    await timeline.at(months=HISTORY_MONTHS, days=1)
    scene = _Scene(Storyteller(client, control), timeline, await create_catalog(client))
    dollars = await scene.story.customer(ADA, "Ada Lovelace", "pm_card_visa", demo="usd")
    yearly = await _first_years(scene, dollars)
    asked = await _other_currencies(scene)
    pro = await _last_half_year(scene, dollars, yearly)
    await _last_weeks(scene, dollars, pro, asked)
    await timeline.at()


@dataclass(frozen=True)
class _Scene:
    story: Storyteller
    timeline: Timeline
    prices: DemoPrices


@dataclass(frozen=True)
class _ToChange:
    """A customer and two subscriptions that the last weeks come back to."""

    euros: str
    paused: str
    canceling: str


async def _first_years(scene: _Scene, ada: str) -> str:
    """Ada's dollars: one that runs, one left and refunded, one bought. Returns the yearly one."""
    story, at, prices = scene.story, scene.timeline.at, scene.prices
    await at(months=HISTORY_MONTHS)
    await story.subscribe(ada, prices.trading_monthly, "active")
    await at(months=31)
    yearly = await story.subscribe(ada, prices.trading_yearly, "yearly")
    await at(months=24, days=4)
    left = await story.subscribe(ada, prices.trading_pro, "canceled")
    await at(months=20)
    await story.buy(ada, prices.course, "completed")
    await at(months=18)
    await story.cancel_now(left, "too_expensive", "Monthly is enough for me.")
    await story.refund_latest(left)
    return yearly


async def _other_currencies(scene: _Scene) -> _ToChange:
    """A Stripe customer has one currency, so Ada has more of them; and Fatima pays in dinars."""
    story, at, prices = scene.story, scene.timeline.at, scene.prices
    await at(months=14)
    euros = await story.customer(ADA, "Ada Lovelace", None, demo="eur")
    await story.sepa_debit(euros, ADA, "Ada Lovelace")
    paused = await story.subscribe(euros, prices.coaching, "paused", trial_days=14)
    await at(months=13)
    fatima = await story.customer(FATIMA, "Fatima Al-Sabah", "pm_card_amex", demo="other")
    await story.subscribe(fatima, prices.lumen_dinar, None)
    await at(months=8, days=10)
    yen = await story.customer(ADA, "Ada Lovelace", "pm_card_jcb", demo="jpy")
    canceling = await story.subscribe(yen, prices.lumen_yen, "canceling")
    return _ToChange(euros=euros, paused=paused, canceling=canceling)


async def _last_half_year(scene: _Scene, ada: str, yearly: str) -> str:
    """Ben, the unclaimed Ada, the expiring Mastercard. Returns Ada's Pro, still paid by Visa."""
    story, at, prices = scene.story, scene.timeline.at, scene.prices
    await at(months=6, days=1.5)
    pro = await story.subscribe(ada, prices.trading_pro, "past_due")
    await at(months=5)
    ben = await story.customer(BEN, "Ben Okafor", "pm_card_visa_debit", demo="ben")
    await story.subscribe(ben, prices.trading_monthly, None)
    # Valid for two more months, while the yearly membership renews in five.
    month, year = card_expiry(scene.timeline.now, months=2)
    await story.pay_with(yearly, await story.card(ada, MASTERCARD, month=month, year=year))
    await at(months=3, days=6)
    pounds = await story.customer(ADA, "A. Lovelace", "pm_card_mastercard_debit", demo="unclaimed")
    await story.subscribe(pounds, prices.trading_pounds, None)
    return pro


async def _last_weeks(scene: _Scene, ada: str, pro: str, asked: _ToChange) -> None:
    """The states that only hold for a while: paused, past_due, trialing, canceling."""
    story, at, prices = scene.story, scene.timeline.at, scene.prices
    await at(days=20)
    await story.pause(asked.paused, months=2)
    await at(days=10)
    # Pro renewed 1.5 days ago (up to 4.5 where a month is short): within the retries of a week.
    await story.pay_with(pro, await story.attach(ada, "pm_card_chargeCustomerFail"))
    await at(days=5)
    await story.subscribe(asked.euros, prices.coaching, "trialing", trial_days=14)
    await at(days=3)
    await story.cancel_at_period_end(asked.canceling)
