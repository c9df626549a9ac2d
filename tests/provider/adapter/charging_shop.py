"""A shop with two customers at the sandbox, imported, and what each of them is charged to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import stripe

from portal_app.catalog.models import PortalConfiguration
from portal_app.identity.actor import Actor
from portal_app.identity.models import Person
from portal_app.intents.service import Desk
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.service import HeldMembership, running_memberships
from portal_app.payment_methods.projection import project_payment_method
from portal_app.payment_methods.service import list_wallets
from portal_app.provider.stripe_writer import StripeWriter
from tests.conftest import Clocks
from tests.factories import actor_of, make_person
from tests.provider.adapter.account import DAY, customer, imported, price
from tests.provider.sandbox_server import KEY, SandboxServer


@dataclass
class Shop:
    """Ada with two memberships on one customer (Visa, the default) and Ben with his own."""

    db: Database
    client: stripe.StripeClient
    sandbox: SandboxServer
    writer: StripeWriter
    ada: Actor
    ben: Actor
    cus: str
    subs: list[str]

    @property
    def desk(self) -> Desk:
        return Desk(lambda: self.db, self.writer, answer_within=4)

    def attach(self, token: str, cus: str = "") -> str:
        return self.client.v1.payment_methods.attach(token, {"customer": cus or self.cus}).id

    async def learn(self) -> None:
        await imported(self.writer, self.db)

    async def publish(self, **policies: dict[str, Any]) -> None:
        """What differs from the defaults; once for each shop."""
        async with self.db.unit_of_work() as session:
            session.add(
                PortalConfiguration(
                    company_id="biz_northwind", version=1, body=policies, created_at=wall_now()
                )
            )

    async def learn_method(self, stripe_id: str) -> None:
        """This alone, as the page that adds one does."""
        facts = await self.writer.payment_method(stripe_id)
        async with self.db.unit_of_work() as session:
            await project_payment_method(session, facts, observed_at=wall_now())

    async def method(self, stripe_id: str) -> str:
        """Our id of a method that Stripe knows."""
        async with self.db.reading() as session:
            wallets = [
                *await list_wallets(session, self.ada),
                *await list_wallets(session, self.ben),
            ]
        return next(
            one.id
            for wallet in wallets
            for one in wallet.methods
            if one.stripe_payment_method_id == stripe_id
        )

    async def held(self, actor: Actor) -> list[HeldMembership]:
        async with self.db.reading() as session:
            found = await running_memberships(session, actor, business_now())
        return sorted(found, key=lambda one: one.row.membership.created_at)

    async def charged(self) -> dict[str, str]:
        """What our page says each of Ada's memberships is charged to, by Stripe's ids."""
        return {
            one.row.membership.id: one.row.payment_method.stripe_payment_method_id
            if one.row.payment_method
            else ""
            for one in await self.held(self.ada)
        }

    def charged_at_stripe(self) -> list[str]:
        """What the next renewals will really take it from, by renewing."""
        self.sandbox.advance(32 * DAY)
        found = []
        for sub in self.subs:
            invoice = self.client.v1.invoices.list(
                {"subscription": sub, "limit": 1, "expand": ["data.payments"]}
            ).data[0]
            intent = self.client.v1.payment_intents.retrieve(
                str(invoice.payments.data[0].payment.payment_intent)  # type: ignore[union-attr]
            )
            found.append(str(intent.payment_method))
        return found


@asynccontextmanager
async def opened_shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    *,
    every: str = "month",
) -> AsyncIterator[Shop]:
    plan = price(client, 2900, recurring={"interval": every})
    hers, his = customer(client), customer(client, "ben@example.com")
    subs = [
        client.v1.subscriptions.create({"customer": hers.id, "items": [{"price": plan}]}).id
        for _ in range(2)
    ]
    client.v1.subscriptions.create({"customer": his.id, "items": [{"price": plan}]})
    writer = StripeWriter(KEY, sandbox.origin)
    clocks.business.at = (await writer.customer(hers.id)).created_at  # type: ignore[union-attr]
    await imported(writer, companies)
    people = [
        await known_person(companies, email) for email in ("ada@example.com", "ben@example.com")
    ]
    ada, ben = (actor_of(one) for one in people)
    clocks.wall.advance(timedelta(seconds=1))
    yield Shop(companies, client, sandbox, writer, ada, ben, hers.id, subs)
    await writer.close()


async def known_person(db: Database, email: str) -> Person:
    async with db.unit_of_work() as session:
        person = await make_person(session, email)
        await claim(session, person_id=person.id, address_key=email, now=business_now())
    return person
