"""The shop with one membership of Ada's overdue: its own card has failed at the renewal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import stripe

from portal_app.invoices.models import Invoice
from portal_app.kit.db import Database
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import HeldMembership, find_held, pay_open_invoice
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer

FAILING = "pm_card_chargeCustomerFail"


@dataclass
class Overdue(Shop):
    """*bad* is the failing card of the overdue membership, *good* a Mastercard (Stripe's ids)."""

    clocks: Clocks
    member_id: str = ""
    bad: str = ""
    good: str = ""

    @property
    def late(self) -> stripe.Invoice:
        """The invoice that was not paid at the renewal, as it is now."""
        return self.client.v1.invoices.list({"subscription": self.subs[0], "limit": 1}).data[0]

    def charges(self) -> list[stripe.Charge]:
        """Every charge for the invoice that went through."""
        paid = self.client.v1.invoices.retrieve(str(self.late.id), {"expand": ["payments"]})
        intents = [str(one.payment.payment_intent) for one in paid.payments.data]  # type: ignore[union-attr]
        found = [
            charge
            for intent in intents
            for charge in self.client.v1.charges.list({"payment_intent": intent}).data
        ]
        return [charge for charge in found if charge.status == "succeeded"]

    def asked_to_pay(self) -> list[tuple[str, bool, int]]:
        """Key, whether it was a repetition, and status of each call that asked for a payment."""
        return [
            (str(one["idempotency_key"]), one["replayed"], one["status"])
            for one in self.sandbox.ledger()
            if one["path"].endswith("/pay")
        ]

    async def learn(self) -> None:
        self.clocks.business.at = datetime.fromtimestamp(self.sandbox.now(), UTC)
        self.clocks.wall.advance(timedelta(seconds=1))
        await super().learn()

    async def invoice(self) -> Invoice:
        """Our row of it."""
        found: Invoice = await one(self.db, Invoice, stripe_invoice_id=self.late.id)
        return found

    async def pay(self, method: str, *, amount: int = 2900) -> None:
        """As Ada does it, with a method by Stripe's id."""
        method_id = await self.method(method)
        await pay_open_invoice(self.desk, self.ada, self.member_id, method_id, amount_minor=amount)

    async def overdue(self) -> HeldMembership:
        """The membership in question, whatever has become of it."""
        async with self.db.reading() as session:
            return await find_held(session, self.ada, self.member_id, self.clocks.business.at)

    def fault(self, kind: str, method: str, *, after: bool = False) -> None:
        """What becomes of the next calls about invoices; with *after* they take effect first."""
        path = "/v1/invoices"
        fault = {"kind": kind, "times": 9, "method": method, "path": path, "after": after}
        self.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})

    def heal(self) -> None:
        self.sandbox.raw("POST", "/_sandbox/faults", json={})


@asynccontextmanager
async def overdue_shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Overdue]:
    async with opened_shop(companies, client, sandbox, clocks) as base:
        shop = Overdue(**vars(base), clocks=clocks)
        shop.bad, shop.good = shop.attach(FAILING), shop.attach("pm_card_mastercard")
        client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": shop.bad})
        sandbox.advance(30 * DAY)
        await shop.learn()
        (late,) = [
            held for held in await shop.held(shop.ada) if held.status is MembershipStatus.PAST_DUE
        ]
        shop.member_id = late.row.member.id
        yield shop
