"""`portal demo …`: what a newcomer, a test or a screenshot needs of the sandbox's world."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import typer

from portal_app import composition, startup
from portal_app.demo import seed as seeding
from portal_app.demo import webhooks
from portal_app.demo.clock_words import DECLINES, Teller
from portal_app.demo.control import SandboxControl
from portal_app.demo.journey import Journey, plan
from portal_app.demo.listing import demo_listing
from portal_app.demo.serving import running_base, sandbox_base
from portal_app.demo.subscriptions import subscription_of
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import InvalidInput
from portal_app.settings import Mode, Settings, get_settings

app = typer.Typer(no_args_is_help=True, help="The sandbox's demo world.")


def _sandbox_settings() -> Settings:
    settings = get_settings()
    if settings.mode is not Mode.SANDBOX:
        typer.echo("The demo needs sandbox mode: unset STRIPE_SECRET_KEY.", err=True)
        raise typer.Exit(1)
    return settings


@app.command()
def info(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Accounts, API keys and one membership of every state."""
    settings = _sandbox_settings()
    listing = asyncio.run(_listing(settings))
    typer.echo(json.dumps(listing, indent=2) if as_json else _as_text(listing))


async def _listing(settings: Settings) -> dict[str, Any]:
    database = composition.install()
    try:
        return await demo_listing(settings, database)
    finally:
        await database.close()


def _as_text(listing: dict[str, Any]) -> str:
    lines = [f"{listing['origin']}   API key {listing['api_key']}"]
    lines += [f"{one['email']:<20} {one['description']}" for one in listing["accounts"]]
    lines += [f"{state:<10} {one['manage_url']}" for state, one in listing["memberships"].items()]
    return "\n".join(lines)


@app.command()
def reset(
    now: Annotated[
        datetime | None, typer.Option(help="Date the demo is to stand at (UTC); today if not set.")
    ] = None,
) -> None:
    """Throw the demo world away and create it anew; nothing else may be in this database."""
    settings = _sandbox_settings()
    startup.migrate()
    if asyncio.run(_seeded()) is seeding.Seeded.FOREIGN:
        typer.echo("This database has companies of its own; the demo would erase them.", err=True)
        raise typer.Exit(1)
    startup.empty()
    at = now.replace(tzinfo=UTC) if now else wall_now()
    asyncio.run(_reset(settings, at))


async def _seeded() -> seeding.Seeded:
    database = composition.install()
    try:
        return await seeding.how_seeded(database)
    finally:
        await database.close()


async def _reset(settings: Settings, now: datetime) -> None:
    database = composition.install()
    try:
        await seeding.seed(settings, database, now=now, say=typer.echo)
    finally:
        await database.close()


@app.command()
def advance(
    how_far: Annotated[
        str,
        typer.Argument(
            metavar="HOW_FAR", help="12h, 3d, 2w, 1mo, 1y, next-renewal or card-expiry."
        ),
    ],
    whose: Annotated[
        str,
        typer.Option("--of", help="Whose renewal or card: a mem_… or mber_… id, or an address."),
    ] = "",
) -> None:
    """Move the demo's business time forward: renewals, failures and endings happen."""
    settings = _sandbox_settings()
    try:
        journey = asyncio.run(_advance(settings, how_far.strip(), whose.strip()))
    except InvalidInput as refusal:
        typer.echo(refusal.sentence, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"The demo now stands at {journey.now:%Y-%m-%d %H:%M} UTC.")
    teller = Teller("en", {})
    for kind, count in journey.counts.most_common():
        typer.echo(teller.count(kind, count)[0])


async def _advance(settings: Settings, how_far: str, whose: str) -> Journey:
    database = composition.install()
    try:
        served = await running_base(settings) is not None
        async with sandbox_base(settings) as base:
            control = SandboxControl(base, settings.stripe_key)
            named = await subscription_of(database, whose)
            journey = await plan(control, how_far, whose=named)
            await journey.go(control)
            # A portal that runs hears of it by webhooks; one that does not could not.
            if not served or not await webhooks.caught_up(settings, database, base):
                await seeding.import_sandbox(settings, database, base)
            return journey
    finally:
        await database.close()


@app.command()
def fail_next_charge(
    decline: Annotated[
        str, typer.Option(help=f"{', '.join(DECLINES)}; or none, to let it pass.")
    ] = "insufficient_funds",
    customer: Annotated[str, typer.Option(help="cus_…; whoever comes next if not set.")] = "",
) -> None:
    """Let the next charge be declined, whatever the card."""
    settings = _sandbox_settings()
    word = None if decline == "none" else decline
    try:
        asyncio.run(_fail_next_charge(settings, word, customer or None))
    except httpx.HTTPStatusError as refusal:
        typer.echo(refusal.response.json()["error"]["message"], err=True)
        raise typer.Exit(1) from None
    typer.echo("The next charge passes." if word is None else "The next charge fails.")


async def _fail_next_charge(settings: Settings, decline: str | None, customer: str | None) -> None:
    async with sandbox_base(settings) as base:
        await SandboxControl(base, settings.stripe_key).fail_next_charge(decline, customer)
