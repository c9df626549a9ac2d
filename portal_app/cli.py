"""The `portal` command: what an operator does, and the demo. Its words are English only."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer
from sqlalchemy.exc import SQLAlchemyError

from portal_app import composition, operators, startup
from portal_app.branding.commands import theme_commands
from portal_app.catalog.models import CreatorRole
from portal_app.declarations.commands import declaration_commands
from portal_app.demo.commands import app as demo_commands
from portal_app.jobs.commands import job_commands
from portal_app.kit.errors import PortalError
from portal_app.notifications.commands import notice_commands
from portal_app.operators import creators, customers, doctor, stripe_setup, syncing
from portal_app.operators.backup import back_up
from portal_app.operators.worker import run_worker
from portal_app.settings import UnsafeSettings, get_settings, is_given
from portal_app.transfers.commands import transfer_commands

app = typer.Typer(
    name="portal", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
company = typer.Typer(no_args_is_help=True, help="Companies whose memberships are managed here.")
keys = typer.Typer(no_args_is_help=True, help="Keys of the REST API.")
creator = typer.Typer(no_args_is_help=True, help="Who may act for a company in the studio.")
customer = typer.Typer(no_args_is_help=True, help="Stripe customers, and whose they are.")
stripe = typer.Typer(no_args_is_help=True, help="The Stripe account.")
app.add_typer(demo_commands, name="demo")
app.add_typer(company, name="company")
app.add_typer(creator, name="creator")
app.add_typer(customer, name="customer")
app.add_typer(keys, name="api-key")
app.add_typer(job_commands(composition.install), name="jobs")
app.add_typer(declaration_commands(composition.install), name="declarations")
app.add_typer(notice_commands(composition.install), name="notices")
app.add_typer(stripe, name="stripe")
app.add_typer(theme_commands(composition.install), name="theme")
app.add_typer(transfer_commands(composition.install), name="transfers")

Result = TypeVar("Result")
CompanyId = Annotated[str, typer.Option("--company", help="Id of the company (biz_…).")]
Email = Annotated[str, typer.Option(help="Address that the person signs in with.")]


def main() -> None:
    """Run the command; a refusal is one sentence on stderr and exit code 1."""
    try:
        app()
    except (PortalError, UnsafeSettings) as refusal:
        typer.echo(getattr(refusal, "sentence", str(refusal)), err=True)
        sys.exit(1)
    except SQLAlchemyError as failure:
        cause = str(getattr(failure, "orig", None) or failure).splitlines()[0]
        typer.echo(f"The database refused: {cause}. `portal doctor` says more.", err=True)
        sys.exit(1)


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do *work* on the database of the settings, and let go of that afterwards."""

    async def whole() -> Result:
        database = composition.install()
        try:
            return await work
        finally:
            await database.close()

    return asyncio.run(whole())


def _aside(line: str) -> None:
    """To stderr, so that stdout is nothing but the result."""
    typer.echo(line, err=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on; moves the origin too.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the portal; in sandbox mode the demo world is created first if there is none."""
    if port and not is_given("PORTAL_ORIGIN"):
        os.environ["PORTAL_ORIGIN"] = f"http://localhost:{port}"
    startup.prepare(say=typer.echo)
    at = port or urlsplit(get_settings().origin).port or 3000
    sys.stdout.flush()
    options = ["--interface", "asgi", "--factory", "--host", host, "--port", str(at)]
    options += ["--log-level", "warning"]
    # Granian takes this process over, so that Ctrl-C and SIGTERM reach it and nothing in between.
    os.execv(  # noqa: S606
        sys.executable,
        [sys.executable, "-m", "granian", *options, "portal_app.asgi:application"],
    )


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    startup.migrate()


@app.command()
def worker() -> None:
    """Drain the queues in a process of its own, until Ctrl-C or SIGTERM."""
    asyncio.run(run_worker(get_settings(), say=typer.echo))


@app.command("sync")
def sync_account(
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Leave out invoices, payments, refunds and one-time purchases made before (UTC).",
        ),
    ] = None,
) -> None:
    """Import the Stripe account: safe to repeat, goes on after a stop, never notifies anybody."""
    day = since.replace(tzinfo=UTC) if since else None
    _run(syncing.sync_account(say=typer.echo, since=day))


@app.command("reconcile")
def reconcile_account(
    full: Annotated[
        bool, typer.Option("--full", help="Compare object by object, not only by the event log.")
    ] = False,
) -> None:
    """Find and apply what webhooks did not tell us; done by itself every ten minutes, too."""
    _run(syncing.reconcile_account(say=typer.echo, full=full))


@app.command("doctor")
def examine() -> None:
    """Check every setting and everything reachable; exit code 1 when something must be mended."""
    if asyncio.run(_examined()):
        raise typer.Exit(1)


async def _examined() -> bool:
    failed = False
    async for finding in doctor.examine():
        failed |= finding.verdict is doctor.Verdict.FAILURE
        typer.echo(str(finding))
    return failed


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="File to write; must not be there yet.")] = None,
) -> None:
    """Copy the database while the portal runs; prints the file's name."""
    typer.echo(back_up(get_settings(), to))
    _aside("Keep PORTAL_SECRET_KEY (or the data directory's secret_key) with it, elsewhere.")


@company.command("create")
def create_company(
    title: Annotated[str, typer.Option(help="Name that customers know.")],
    route: Annotated[str, typer.Option(help="Short name for links: a-z, 0-9 and dashes.")],
) -> None:
    """Create a company; the first one is the default for products that name none."""
    typer.echo(_run(operators.create_company(title=title, route=route)))


@company.command("list")
def list_companies() -> None:
    """Every company with its id."""
    for line in _run(operators.list_companies()):
        typer.echo(line)


@creator.command("add")
def add_creator(
    company_id: CompanyId,
    email: Email,
    role: Annotated[CreatorRole, typer.Option(help="Owners may also add others.")] = (
        CreatorRole.STAFF
    ),
) -> None:
    """Let somebody act for the company; repeating it changes the role."""
    typer.echo(_run(creators.add_creator(company_id, email=email, role=role)))


@creator.command("remove")
def remove_creator(company_id: CompanyId, email: Email) -> None:
    """Take that right away again."""
    typer.echo(_run(creators.remove_creator_of(company_id, email=email)))


@customer.command("find")
def find_customer(
    text: Annotated[str, typer.Argument(help="E-mail, cus_… or part of a name.")],
) -> None:
    """Show whose a Stripe customer is; exit code 1 when there is none."""
    found = _run(customers.find_customers(text))
    for one in found:
        typer.echo(str(one))
    if not found:
        _aside("No customer found.")
        raise typer.Exit(1)


@customer.command("link")
def link_customer(
    stripe_customer_id: Annotated[str, typer.Argument(help="The Stripe customer (cus_…).")],
    email: Email,
) -> None:
    """Give a customer and its memberships to whoever proved this address."""
    typer.echo(_run(customers.link(stripe_customer_id, email=email)))


@keys.command("create")
def create_api_key(
    company_id: CompanyId,
    scopes: Annotated[str, typer.Option(help="Comma-separated, or all, or read.")] = "read",
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
) -> None:
    """Create an API key; it is shown this once."""
    typer.echo(_run(operators.create_api_key(company_id, scopes=scopes, name=name)))


@keys.command("list")
def list_api_keys(company_id: CompanyId) -> None:
    """Every API key of the company, revoked ones too."""
    for line in _run(operators.list_api_keys(company_id)):
        typer.echo(line)


@keys.command("revoke")
def revoke_api_key(
    key_id: Annotated[str, typer.Argument(help="The key's id (apik_…), as `list` shows it.")],
    company_id: CompanyId,
) -> None:
    """Stop an API key at once; it can't be used again."""
    _run(operators.revoke_api_key(company_id, key_id))


@stripe.command("setup")
def set_up_stripe(
    print_only: Annotated[
        bool, typer.Option("--print", help="Only show what to enter in Stripe's dashboard.")
    ] = False,
) -> None:
    """Create or correct the webhook endpoint; prints a new one's secret as a setting."""
    settings = get_settings()
    if print_only:
        typer.echo(stripe_setup.by_hand(settings))
        return
    secret = asyncio.run(stripe_setup.set_up_stripe(settings, say=_aside))
    if secret:
        typer.echo(f"STRIPE_WEBHOOK_SECRET={secret}")
