"""The demo from nothing: the world at the sandbox, the companies here, and one import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import stripe
from sqlmodel import select, update

from portal_app.api.models import ApiKey
from portal_app.catalog.models import Company
from portal_app.demo import accounts, webhooks
from portal_app.demo.control import SandboxControl
from portal_app.demo.serving import sandbox_base
from portal_app.demo.world import create_world
from portal_app.ingest.importer import SyncReport, sync
from portal_app.ingest.models import InboxEvent
from portal_app.ingest.reconciling import reconcile_events
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.memberships.claiming import link_customer
from portal_app.memberships.service import fill_previews
from portal_app.provider.stripe.transport import StripeTransport
from portal_app.provider.stripe_adapter import StripeProvider
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.settings import Settings

Say = Callable[[str], None]


class Seeded(StrEnum):
    """What a database holds of the demo. Its API keys are written last."""

    NOT_YET = "not yet"
    PARTLY = "partly"
    WHOLLY = "wholly"
    FOREIGN = "foreign"


async def how_seeded(database: Database) -> Seeded:
    """FOREIGN when companies other than the demo's are there: nothing of theirs may be touched."""
    async with database.reading() as session:
        companies = set((await session.scalars(select(Company.id))).all())
        keys = (await session.scalars(select(ApiKey.id).limit(1))).first()
    if not companies:
        return Seeded.NOT_YET
    if companies - {company.id for company in accounts.COMPANIES}:
        return Seeded.FOREIGN
    return Seeded.PARTLY if keys is None else Seeded.WHOLLY


def _quiet(_kind: str, _count: int) -> None:
    """Progress of the demo's import is not worth a line each."""


async def import_sandbox(settings: Settings, database: Database, base: str) -> SyncReport:
    provider = StripeProvider(settings.stripe_key, base)
    try:
        report = await sync(provider, database, progress=_quiet)
    finally:
        await provider.close()
    await _preview_charges(settings, database, base)
    return report


async def _preview_charges(settings: Settings, database: Database, base: str) -> None:
    """Pages would show estimates until a web process had asked."""
    writer = StripeWriter(settings.stripe_key, base)
    try:
        await fill_previews(database, writer)
    finally:
        await writer.close()


async def seed(settings: Settings, database: Database, *, now: datetime, say: Say) -> None:
    """Create the demo world of contracts.md as of *now* in an empty sandbox and database."""
    async with sandbox_base(settings) as base:
        say("Creating the demo world: three years of billing …")
        await _create_world(settings, base, now)
        async with database.unit_of_work() as session:
            await accounts.add_companies(session, now)
            await accounts.add_people(session, now)
        say("Importing it through the Stripe API …")
        await import_sandbox(settings, database, base)
        await _know_the_past(settings, database, base)
        # Only now: three years of events would be sent, to say what was just imported.
        await webhooks.register(settings, base)
        async with database.unit_of_work() as session:
            for customer, person_id in await accounts.customers_to_link(session):
                await link_customer(session, customer, person_id=person_id, now=now)
            await accounts.add_api_keys(session, settings.secret_key, now)


async def _know_the_past(settings: Settings, database: Database, base: str) -> None:
    """Events up to now count as worked on: the demo's clock stands, so more come at this second.

    Else its log would be read again from an hour before, and people told of what was seeded.
    """
    provider = StripeProvider(settings.stripe_key, base)
    try:
        await reconcile_events(provider, database)
    finally:
        await provider.close()
    async with database.unit_of_work() as session:
        await session.execute(update(InboxEvent).values(handled_at=wall_now()))


async def _create_world(settings: Settings, base: str, now: datetime) -> None:
    http = StripeTransport()
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
        await http.close_async()
