"""People with cards and memberships at a sandbox in this process, and what happens around them.

Ada has two customers at Stripe with two memberships each, Ben has one of his own. Webhooks come, or
never; cards fail and are tried again; the shop changes things in the Dashboard.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

import stripe

from portal_app.identity.actor import Actor
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit import clock
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.service import REASSIGN, HeldMembership, running_memberships
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import Wallet, list_wallets
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, imported
from tests.provider.adapter.chaos import SandboxClock
from tests.provider.adapter.inbox_world import drain as drain_inbox
from tests.provider.adapter.inbox_world import receive
from tests.provider.adapter.inprocess import InProcessWriter
from tests.provider.conftest import START
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import Shop

GOOD: Final = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_sepaDebit_success_de")
CARDS: Final = (*GOOD, "pm_card_chargeCustomerFail", "pm_card_visa_debit")


@dataclass
class WalletWorld:
    """*unheard* are Stripe's customers of which something happened that our rows don't show yet."""

    chance: Random
    db: Database
    clocks: Clocks
    people: list[Actor] = field(default_factory=list)
    unheard: set[str] = field(default_factory=set)
    told: int = 0
    done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = Account(None, now=START)
        self.api = self.account.client.v1
        self.shop = Shop(self.account.client)
        self.writer = InProcessWriter(self.account)
        self.desk = Desk(lambda: self.db, self.writer)
        clock.install(business=SandboxClock(self.account))
        self.price = self.shop.price()
        self.customers = [
            self.shop.customer(email=email)
            for email in ("ada@example.com", "ada@example.com", "ben@example.com")
        ]
        for customer in self.customers:
            for _ in range(2):
                self.shop.subscribe(customer, self.price)

    async def close(self) -> None:
        await self.writer.close()
        self.account.close()

    def tick(self, **passed: float) -> None:
        """Every moment is a new one."""
        self.clocks.wall.advance(timedelta(milliseconds=10, **passed))

    def count(self, what: str, times: int = 1) -> None:
        self.done[what] = self.done.get(what, 0) + times

    # -- what the page shows -------------------------------------------------------------------
    async def wallets(self, actor: Actor) -> list[Wallet]:
        async with self.db.reading() as session:
            return await list_wallets(session, actor)

    async def held(self, actor: Actor) -> list[HeldMembership]:
        async with self.db.reading() as session:
            return await running_memberships(session, actor, business_now())

    async def _somebody(self) -> tuple[Actor, Wallet]:
        actor = self.chance.choice(self.people)
        return actor, self.chance.choice(await self.wallets(actor))

    async def _method(self) -> tuple[Actor, PaymentMethod | None]:
        actor, wallet = await self._somebody()
        return actor, self.chance.choice(wallet.methods) if wallet.methods else None

    async def _membership(self, wallet: Wallet, actor: Actor) -> str:
        own = [
            one.row.member.id
            for one in await self.held(actor)
            if one.row.membership.customer_id == wallet.customer.id and one.is_charged
        ]
        return self.chance.choice(own) if own else ""

    # -- what happens around them --------------------------------------------------------------
    async def work(self) -> None:
        """The jobs loop comes round: what waited is made."""
        self.tick(minutes=2)
        handler = IntentHandler(self.desk, by_kind(REASSIGN))
        queue: Queue[Any] = Queue(Intent, "done_at", handler)
        if await drain(queue):
            self.count("retried by the loop")

    async def hear(self) -> None:
        """The webhooks since the last ones that came or were lost, in no order."""
        world = self.account.world
        events = [one for one in world.all("event") if one["_seq"] > self.told]
        self.told = world.counter
        if self.chance.random() < 0.4:
            return
        self.chance.shuffle(events)
        await receive(self.db, events)
        self.tick()
        await drain_inbox(self.writer)

    async def compare(self) -> None:
        """The weekly comparison: our rows are right again."""
        self.told = self.account.world.counter
        await imported(self.writer, self.db)
        self.unheard.clear()

    async def pass_time(self) -> None:
        """Renewals, failed ones, and their retries."""
        days = self.chance.choice([1, 3, 7, 31, 32])
        self.account.advance_to(self.account.world.now + days * DAY)
        self.tick(days=days)
        self.count(
            "days",
        )

    async def subscribe(self) -> None:
        customer = self.chance.choice(self.customers)
        with suppress(stripe.CardError, stripe.InvalidRequestError):
            self.shop.subscribe(customer, self.price)
        self.unheard.add(customer)

    async def change_in_the_dashboard(self) -> None:
        """What somebody else does at Stripe; our rows are right when we have heard of it."""
        customer = self.chance.choice(self.customers)
        methods = self.api.customers.payment_methods.list(customer).data
        running = self.api.subscriptions.list({"customer": customer}).data
        self.unheard.add(customer)
        if not methods or self.chance.random() < 0.3:
            self.shop.attach(customer, self.chance.choice(CARDS))
            return
        method, what = self.chance.choice(methods), self.chance.random()
        if what < 0.4:
            self.shop.set_default(customer, method.id)
        elif what < 0.7 and running:
            pinned = {"default_payment_method": method.id}
            self.api.subscriptions.update(self.chance.choice(running).id, pinned)  # type: ignore[arg-type]
        elif what < 0.85:
            self.api.payment_methods.detach(method.id)
        elif running:
            one = self.chance.choice(running)
            paused: Any = "" if one.pause_collection else {"behavior": "void"}
            self.api.subscriptions.update(one.id, {"pause_collection": paused})
