"""A random story at the sandbox, and a post that loses, doubles, delays and shuffles its events."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any

import stripe

from portal_app.kit.clock import from_unix
from portal_app.sandbox.engine import checkout_completion
from tests.provider.conftest import START
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import DAY, Shop

Event = dict[str, Any]
LOST, DOUBLED = 0.3, 0.3
LATEST = 3 * DAY
CARDS = (
    *("pm_card_visa", "pm_card_mastercard", "pm_card_chargeCustomerFail"),
    *("pm_card_authenticationRequired", "pm_card_createDispute", "pm_card_createDisputeInquiry"),
)
RUNNING = ("active", "past_due", "trialing")


class SandboxClock:
    """Business time as the portal sees it in sandbox mode."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def now(self) -> datetime:
        return from_unix(self._account.world.now)


class Story:
    """What people do at one account; *heard* are all events since somebody last took them."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.account = Account(None, now=START)
        self.heard: dict[str, Event] = {}
        self.api = self.account.client.v1
        self.shop = Shop(self.account.client)
        self.monthly = [self.shop.price(2900), self.shop.price(5900)]
        self.once = self.shop.price(9900, interval=None)
        self._notice()

    # -- choosing ----------------------------------------------------------------------------
    def _some(self, kind: str, *statuses: str, **equal: Any) -> Any:
        found = self.account.world.where(kind, **equal)
        if statuses:
            found = [one for one in found if one["status"] in statuses]
        return self.chance.choice(found) if found else None

    def _customer(self) -> Any:
        found = [one for one in self.account.world.all("customer") if not one.get("deleted")]
        return self.chance.choice(found) if found else None

    # -- what happens ------------------------------------------------------------------------
    def step(self) -> None:
        """One thing, or nothing where Stripe refuses it; its events are heard."""
        act: Callable[[], None] = self.chance.choice(STEPS).__get__(self)
        # Where Stripe refuses it, the story goes on without it.
        with suppress(stripe.CardError, stripe.InvalidRequestError):
            act()
        self._notice()

    def wait(self, seconds: int) -> None:
        self.account.advance_to(self.account.world.now + seconds)
        self._notice()

    def _notice(self) -> None:
        self.heard |= {event["id"]: event for event in self.account.emitted()}

    def join(self) -> None:
        customer = self.shop.customer(self.chance.choice(CARDS))
        extra: Any = self.chance.choice([{}, {}, {"trial_period_days": 7}, {"quantity": 2}])
        item: Any = {"price": self.chance.choice(self.monthly)}
        if quantity := extra.pop("quantity", None):
            item["quantity"] = quantity
        self.api.subscriptions.create({"customer": customer, "items": [item], **extra})

    def buy(self) -> None:
        customer = self._customer()
        if customer is None:
            return
        line: Any = {"price": self.once, "quantity": 1}
        session = self.api.checkout.sessions.create(
            {"mode": "payment", "customer": customer["id"], "line_items": [line]}
        )
        card = self.chance.choice(["pm_card_visa", "pm_card_createDispute"])
        self.account.control(lambda world: checkout_completion.complete(world, session.id, card))

    def bill(self) -> None:
        """An invoice outside a subscription, which may stay a draft or be thrown away."""
        customer = self._customer()
        if customer is None:
            return
        draft = self.api.invoices.create({"customer": customer["id"], "auto_advance": False})
        self.api.invoice_items.create(
            {"customer": customer["id"], "invoice": draft.id, "pricing": {"price": self.once}}
        )
        if self.chance.random() < 0.6:
            self.api.invoices.pay(self.api.invoices.finalize_invoice(draft.id).id)

    def throw_away(self) -> None:
        draft = self._some("invoice", status="draft")
        if draft:
            self.api.invoices.delete(draft["id"])

    def cancel(self) -> None:
        subscription = self._some("subscription", *RUNNING)
        if subscription is None:
            return
        if self.chance.random() < 0.5:
            self.api.subscriptions.cancel(subscription["id"])
        else:
            at_end = not subscription["cancel_at_period_end"]
            self.api.subscriptions.update(subscription["id"], {"cancel_at_period_end": at_end})

    def change_plan(self) -> None:
        subscription = self._some("subscription", *RUNNING)
        if subscription:
            item: Any = {
                "id": subscription["items"]["data"][0]["id"],
                "price": self.chance.choice(self.monthly),
                "quantity": self.chance.randint(1, 3),
            }
            self.api.subscriptions.update(subscription["id"], {"items": [item]})

    def pause(self) -> None:
        subscription = self._some("subscription", *RUNNING)
        if subscription:
            paused = subscription["pause_collection"]
            given: Any = "" if paused else {"behavior": "void"}
            self.api.subscriptions.update(subscription["id"], {"pause_collection": given})

    def use_another_card(self) -> None:
        customer = self._customer()
        if customer:
            method = self.shop.attach(customer["id"], self.chance.choice(CARDS))
            self.shop.set_default(customer["id"], method)

    def detach(self) -> None:
        method = self._some("payment_method")
        if method and method["customer"]:
            self.api.payment_methods.detach(method["id"])

    def rename(self) -> None:
        customer = self._customer()
        if customer:
            name = f"A {self.chance.randint(1, 999)}"
            self.api.customers.update(customer["id"], {"name": name, "email": "b@example.com"})

    def leave(self) -> None:
        customer = self._customer()
        if customer and self.chance.random() < 0.3:
            self.api.customers.delete(customer["id"])

    def pay(self) -> None:
        invoice = self._some("invoice", status="open")
        if invoice:
            self.api.invoices.pay(invoice["id"])

    def give_up(self) -> None:
        invoice = self._some("invoice", status="open")
        if invoice:
            how = self.chance.choice(["void_invoice", "mark_uncollectible"])
            getattr(self.api.invoices, how)(invoice["id"])

    def refund(self) -> None:
        charge = self._some("charge", paid=True, refunded=False)
        if charge:
            left = charge["amount"] - charge["amount_refunded"]
            amount = self.chance.choice([left, max(1, left // 3)])
            self.api.refunds.create({"charge": charge["id"], "amount": amount})

    def answer_the_bank(self) -> None:
        dispute = self._some("dispute", "needs_response", "warning_needs_response")
        if dispute:
            text = self.chance.choice(
                ["winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "Hm."]
            )
            self.api.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": text}})

    def relabel(self) -> None:
        name = f"Room {self.chance.randint(1, 99)}"
        self.api.products.update(
            self.shop.product, {"name": name, "active": self.chance.random() < 0.7}
        )
        self.api.prices.update(self.once, {"nickname": name})

    def pass_time(self) -> None:
        self.wait(self.chance.choice([3600, DAY, 2 * DAY, 5 * DAY, 12 * DAY, 31 * DAY]))


STEPS = (
    *(Story.join, Story.join, Story.pass_time, Story.pass_time, Story.pass_time, Story.buy),
    *(Story.bill, Story.throw_away, Story.cancel, Story.change_plan, Story.pause),
    *(Story.use_another_card, Story.detach, Story.rename, Story.leave, Story.pay),
    *(Story.give_up, Story.refund, Story.answer_the_bank, Story.relabel),
)


class Post:
    """Between the account and us: 30 % lost, 30 % doubled, up to three days late, all shuffled."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._bag: list[tuple[float, Event]] = []
        self.lost = self.doubled = self.sent = 0

    def take(self, events: dict[str, Event], now: int) -> None:
        for event in events.values():
            self.sent += 1
            if self._chance.random() < LOST:
                self.lost += 1
                continue
            copies = 1 + (self._chance.random() < DOUBLED)
            self.doubled += copies - 1
            late = self._chance.choice([0, LATEST])
            self._bag += [(now + self._chance.random() * late, event) for _ in range(copies)]
        events.clear()

    def due(self, now: float) -> list[Event]:
        """What arrives by then, in no order."""
        arrived = [event for due, event in self._bag if due <= now]
        self._bag = [(due, event) for due, event in self._bag if due > now]
        self._chance.shuffle(arrived)
        return arrived
