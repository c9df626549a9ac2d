"""What has to be true before the first request: the schema, and in the sandbox a demo world."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal_app import composition
from portal_app.demo.listing import demo_listing
from portal_app.demo.seed import Seeded, how_seeded, seed
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications.transports import choose_transport
from portal_app.settings import Mode, Settings, UnsafeSettings, get_settings

ALEMBIC_INI = Path(__file__).parent.parent / "alembic.ini"


def migrate() -> None:
    """Bring the database to the newest schema; nothing happens when it is there already."""
    command.upgrade(Config(str(ALEMBIC_INI)), "head")


def head() -> str:
    """The revision that this version's code was written for."""
    return ScriptDirectory.from_config(Config(str(ALEMBIC_INI))).get_current_head() or ""


async def revision(database: Database) -> str:
    """The revision that the database is at; empty when it has never been migrated.

    Raises whatever the driver does when the database can't be reached.
    """
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
        try:
            found = await session.execute(text("SELECT version_num FROM alembic_version"))
        except (OperationalError, ProgrammingError):  # SQLite and PostgreSQL: no such table
            return ""
        return str(found.scalar_one_or_none() or "")


def check_mail(settings: Settings) -> None:
    """UnsafeSettings when nobody could be sent a sign-in code."""
    try:
        choose_transport(settings)
    except ValueError as reason:
        raise UnsafeSettings(str(reason)) from reason


def empty() -> None:
    """Drop every table and make them anew; only the demo does this."""
    command.downgrade(Config(str(ALEMBIC_INI)), "base")
    migrate()


def prepare(*, say: Callable[[str], None]) -> None:
    """Migrate, and in the sandbox create the demo; UnsafeSettings when mail has no way out."""
    settings = get_settings()
    check_mail(settings)
    migrate()
    if settings.mode is Mode.SANDBOX:
        asyncio.run(_prepare_demo(settings, say))
    else:
        say(f"Billing Portal ({settings.mode})   {settings.origin}")


async def _prepare_demo(settings: Settings, say: Callable[[str], None]) -> None:
    database = composition.install()
    try:
        seeded = await how_seeded(database)
        if seeded is Seeded.FOREIGN:
            say(f"Billing Portal (sandbox, no demo)   {settings.origin}")
            return
        if seeded is Seeded.PARTLY:
            say("The demo world was not finished last time; it is made anew.")
            await asyncio.to_thread(empty)
        if seeded is not Seeded.WHOLLY:
            await seed(settings, database, now=wall_now(), say=say)
        listing = await demo_listing(settings, database)
    finally:
        await database.close()
    say(f"\n  Billing Portal (sandbox)   {listing['origin']}\n")
    for account in listing["accounts"]:
        say(f"  {account['email']:<20} {account['role']:<9} {account['description']}")
    say(f"\n  Sign-in codes arrive at    {listing['origin']}/sandbox/mail/")
    say(f"  Move the demo's clock at   {listing['origin']}/sandbox/clock/")
    say(f"  Demo API key               {listing['api_key']}\n")
