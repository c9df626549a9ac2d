"""A membership at a sandbox in this process that is cancelled, kept, changed and joined again.

Ada holds it; Ben's own beside it is nobody's business. The provider fails in a third of all writes,
webhooks come late, shuffled or never, and the shop cancels in the Dashboard too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal_app.catalog.models import Plan
from portal_app.identity.actor import CompanyKey
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.kit import clock
from portal_app.kit.clock import business_now
from portal_app.memberships.models import Membership
from portal_app.memberships.service import HeldMembership, find_held
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.chaos import SandboxClock
from tests.provider.adapter.inprocess import InProcessWriter
from tests.provider.adapter.wallet_world import WalletWorld
from tests.provider.conftest import START
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import Shop

AMOUNTS: Final = (1900, 2900, 5900)


@dataclass
class ExitWorld(WalletWorld):
    """*member_id* is Ada's holding, *plans* ours by amount; *coupon* is what is offered."""

    member_id: str = ""
    membership_id: str = ""

    def __post_init__(self) -> None:
        self.account = Account(None, now=START)
        self.api = self.account.client.v1
        self.shop = Shop(self.account.client)
        self.writer = InProcessWriter(self.account)
        self.desk = Desk(lambda: self.db, self.writer)
        clock.install(business=SandboxClock(self.account))
        prices = [self.shop.price(amount) for amount in AMOUNTS]
        self.coupon = self.api.coupons.create({"percent_off": 20, "duration": "forever"}).id
        self.key = CompanyKey("biz_northwind", "apik_story")
        emails = ("ada@example.com", "ben@example.com")
        self.customers = [self.shop.customer(email=email) for email in emails]
        for customer in self.customers:
            self.shop.subscribe(customer, prices[1])

    async def find(self) -> None:
        """Ada's membership, once it was imported and claimed."""
        (held,) = await self.held(self.people[0])
        self.member_id, self.membership_id = held.row.member.id, held.row.membership.id

    async def mine(self) -> HeldMembership:
        async with self.db.reading() as session:
            return await find_held(session, self.people[0], self.member_id, business_now())

    async def plans(self) -> dict[int, str]:
        return {plan.amount_minor: plan.id for plan in await rows(self.db, Plan)}

    async def row(self) -> Membership:
        found: Membership = await one(self.db, Membership, id=self.membership_id)
        return found

    async def work(self) -> None:
        """The jobs loop comes round: what waited is made, or looked at."""
        self.tick(minutes=2)
        handler = IntentHandler(self.desk, WRITES)
        queue: Queue[Any] = Queue(Intent, "done_at", handler)
        if await drain(queue):
            self.count("finished by the loop")

    def subscriptions(self, customer: str) -> list[dict[str, Any]]:
        """As they stand at the sandbox, oldest first."""
        found = self.account.world.where("subscription", customer=customer)
        return sorted(found, key=lambda sub: int(sub["_seq"]))

    def kept(self, subscription: str) -> list[tuple[int, int]]:
        """When each of its paid invoices was paid, and what of it was not given back."""
        world = self.account.world
        found = []
        for charge in world.all("charge"):
            intent = world.objects.get(charge["payment_intent"] or "", {})
            invoice = world.objects.get(str(intent.get("_invoice") or ""), {})
            details = (invoice.get("parent") or {}).get("subscription_details") or {}
            if charge["paid"] and details.get("subscription") == subscription:
                found.append((charge["created"], charge["amount"] - charge["amount_refunded"]))
        return found
