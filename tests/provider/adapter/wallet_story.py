"""A random story of people and what they pay with, and what the page said at every moment.

Ada has two customers at Stripe with two memberships each, Ben has one of his own. They add, remove,
choose and assign; the provider fails in between; webhooks come, or never; cards fail and are tried
again; the shop changes things in the Dashboard.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias

import stripe

from portal_app.identity.actor import Actor
from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit import clock
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.errors import Conflict, NotFound
from portal_app.memberships.service import (
    REASSIGN,
    HeldMembership,
    charge_to,
    make_default,
    method_added,
    remove_method,
    running_memberships,
)
from portal_app.payment_methods.errors import StillInUse
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import Wallet, finish_setup, list_wallets, open_setup
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, imported
from tests.provider.adapter.chaos import SandboxClock
from tests.provider.adapter.inbox_world import drain as drain_inbox
from tests.provider.adapter.inbox_world import receive
from tests.provider.adapter.inprocess import InProcessWriter, Outage
from tests.provider.conftest import START
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import Shop

GOOD = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_sepaDebit_success_de")
CARDS = (*GOOD, "pm_card_chargeCustomerFail", "pm_card_visa_debit")
BAD_AT_SETUP = "pm_card_chargeDeclined"
Step: TypeAlias = Callable[["WalletStory"], Awaitable[None]]


@dataclass
class WalletStory:
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

    async def step(self) -> str:
        act = self.chance.choice(STEPS)
        self.tick()
        await act(self)
        return act.__name__

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

    # -- what people do ------------------------------------------------------------------------
    async def _try(self, what: str, write: Awaitable[Any], customer: str) -> bool:
        """Whether it is done; a third of all writes meets a provider that fails.

        A refusal by the provider would be a fault where our rows are right.
        """
        if self.chance.random() < 1 / 3:
            kind = self.chance.choice(["lost", "unheard", "500"])
            bad = self.chance.choice([1, 99])
            self.writer.fail(Outage(kind, self.chance.randint(0, 4), bad))
        try:
            await write
        except (Waiting, StillUnderWay):
            self.count(f"{what}: waits")
            return False
        except StillInUse:
            return False
        except Conflict:
            if customer not in self.unheard:
                raise
            return False
        finally:
            self.writer.fail(None)
        self.count(what)
        return True

    async def add(self) -> None:
        """Through the form: opened, confirmed in the browser, or left."""
        actor, wallet = await self._somebody()
        cus = wallet.customer.stripe_customer_id
        setup = await open_setup(self.writer, wallet)
        card = self.chance.choice([*CARDS, BAD_AT_SETUP, ""])
        if not card:
            return
        with suppress(stripe.CardError):
            self.api.setup_intents.confirm(setup.id, {"payment_method": card})
        self.tick()
        try:
            method = await finish_setup(self.db, self.writer, actor, setup.id)
        except Conflict:
            assert card == BAD_AT_SETUP
            return
        self.tick()
        member = await self._membership(wallet, actor) if self.chance.random() < 0.3 else ""
        everywhere = self.chance.random() < 0.5
        had_default = any(map(wallet.is_default, wallet.methods))
        write = method_added(self.desk, actor, method.id, everywhere=everywhere, member_id=member)
        if await self._try("add", write, cus) and cus not in self.unheard:
            (after,) = [
                one for one in await self.wallets(actor) if one.customer.id == wallet.customer.id
            ]
            if everywhere or not had_default:
                assert after.is_default(method), "a first method was not made the default"

    async def choose_default(self) -> None:
        actor, method = await self._method()
        if method:
            cus = await self._stripe_customer(actor, method)
            await self._try("default", make_default(self.desk, actor, method.id), cus)

    async def assign(self) -> None:
        actor, wallet = await self._somebody()
        member = await self._membership(wallet, actor)
        if member and wallet.methods:
            everywhere = self.chance.random() < 0.3
            method = self.chance.choice(wallet.methods)
            write = charge_to(self.desk, actor, member, method.id, everywhere=everywhere)
            await self._try("assign", write, wallet.customer.stripe_customer_id)

    async def remove(self) -> None:
        actor, wallet = await self._somebody()
        if not wallet.methods:
            return
        gone, substitute = (self.chance.choice(wallet.methods) for _ in range(2))
        how: dict[str, Any] = self.chance.choice(
            [{}, {"cancel": True}, *[{"substitute_id": substitute.id}] * 3]
        )
        if gone.id == how.get("substitute_id"):
            return
        write = remove_method(self.desk, actor, gone.id, **how)
        await self._try("remove", write, wallet.customer.stripe_customer_id)

    async def meddle(self) -> None:
        """With what is another person's: as if it did not exist."""
        actor, method = await self._method()
        (other,) = [one for one in self.people if one != actor]
        if method is None:
            return
        (member, *_) = [one.row.member.id for one in await self.held(other)] or [""]
        for refused in (
            make_default(self.desk, other, method.id),
            remove_method(self.desk, other, method.id, cancel=True),
            method_added(self.desk, other, method.id, everywhere=True),
            charge_to(self.desk, other, member, method.id, everywhere=True),
        ):
            try:
                await refused
            except NotFound:
                self.count("foreign")
            else:
                raise AssertionError("somebody else's payment method was touched")

    async def _stripe_customer(self, actor: Actor, method: PaymentMethod) -> str:
        return next(
            wallet.customer.stripe_customer_id
            for wallet in await self.wallets(actor)
            if wallet.customer.id == method.customer_id
        )

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


STEPS: tuple[Step, ...] = (
    *[WalletStory.add] * 4,
    *[WalletStory.choose_default] * 2,
    *[WalletStory.assign] * 4,
    *[WalletStory.remove] * 4,
    *[WalletStory.work] * 3,
    *[WalletStory.hear] * 2,
    *[WalletStory.pass_time] * 3,
    *(WalletStory.meddle, WalletStory.compare, WalletStory.subscribe),
    WalletStory.change_in_the_dashboard,
)
