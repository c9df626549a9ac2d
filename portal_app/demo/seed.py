"""The demo from nothing: the world at the sandbox, the companies here, and one import."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import stripe
from sqlmodel import select

from portal_app.catalog.models import Company
from portal_app.demo import accounts, webhooks
from portal_app.demo.control import SandboxControl
from portal_app.demo.serving import answers, running_sandbox
from portal_app.demo.world import create_world
from portal_app.ingest.importer import SyncReport, sync
from portal_app.kit.db import Database
from portal_app.memberships.claiming import link_customer
from portal_app.provider.stripe_adapter import StripeProvider
from portal_app.settings import Settings

Say = Callable[[str], None]


async def is_seeded(database: Database) -> bool:
    async with database.reading() as session:
        return (await session.execute(select(Company.id).limit(1))).first() is not None


@asynccontextmanager
async def sandbox_base(settings: Settings) -> AsyncIterator[str]:
    """Where the sandbox answers: in the running portal, else in a process started for this."""
    base = settings.stripe_base or ""
    if await answers(base, settings.stripe_key):
        yield base
        return
    async with running_sandbox(settings.sandbox_path, settings.stripe_key) as temporary:
        yield temporary


def _quiet(_kind: str, _count: int) -> None:
    """Progress of the demo's import is not worth a line each."""


async def import_sandbox(settings: Settings, database: Database, base: str) -> SyncReport:
    provider = StripeProvider(settings.stripe_key, base)
    try:
        return await sync(provider, database, progress=_quiet)
    finally:
        await provider.close()


async def seed(settings: Settings, database: Database, *, now: datetime, say: Say) -> None:
    """Create the demo world of contracts.md as of *now* in an empty sandbox and database."""
    async with sandbox_base(settings) as base:
        say("Creating the demo world: three years of billing …")
        await _create_world(settings, base, now)
        async with database.unit_of_work() as session:
            await accounts.add_companies(session, now)
            await accounts.add_people(session, now)
            await accounts.add_api_keys(session, settings.secret_key, now)
        say("Importing it through the Stripe API …")
        await import_sandbox(settings, database, base)
        # Only now: three years of events would be sent, to say what was just imported.
        await webhooks.register(settings, base)
        async with database.unit_of_work() as session:
            for customer, person_id in await accounts.customers_to_link(session):
                await link_customer(session, customer, person_id=person_id, now=now)


async def _create_world(settings: Settings, base: str, now: datetime) -> None:
    http = stripe.HTTPXClient()
    client = stripe.StripeClient(
        settings.stripe_key,
        base_addresses={"api": base},
        http_client=http,
        max_network_retries=2,
    )
    try:
        control = SandboxControl(base, settings.stripe_key)
        await control.reset()
        await create_world(client, control, now)
    finally:
        await http.close_async()  # type: ignore[no-untyped-call]
