"""The `portal` command: start, migrate, import, companies, keys, and the demo."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer

from portal_app import composition, operators, startup
from portal_app.demo.commands import app as demo_commands
from portal_app.jobs.commands import job_commands
from portal_app.kit.errors import PortalError
from portal_app.settings import UnsafeSettings, get_settings

app = typer.Typer(
    name="portal", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
company = typer.Typer(no_args_is_help=True, help="Companies whose memberships are managed here.")
keys = typer.Typer(no_args_is_help=True, help="Keys of the REST API.")
app.add_typer(demo_commands, name="demo")
app.add_typer(company, name="company")
app.add_typer(keys, name="api-key")
app.add_typer(job_commands(composition.install), name="jobs")


def main() -> None:
    """Run the command; a refusal is one sentence on stderr and exit code 1."""
    try:
        app()
    except (PortalError, UnsafeSettings) as refusal:
        typer.echo(getattr(refusal, "sentence", str(refusal)), err=True)
        sys.exit(1)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on; moves the origin too.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the portal; in sandbox mode the demo world is created first if there is none."""
    if port and "PORTAL_ORIGIN" not in os.environ:
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


@app.command("sync")
def sync_account() -> None:
    """Import the Stripe account: safe to repeat, never notifies anybody."""
    composition.install()
    asyncio.run(operators.sync_account(say=typer.echo))


@company.command("create")
def create_company(
    title: Annotated[str, typer.Option(help="Name that customers know.")],
    route: Annotated[str, typer.Option(help="Short name for links: a-z, 0-9 and dashes.")],
) -> None:
    """Create a company; the first one is the default for products that name none."""
    composition.install()
    typer.echo(asyncio.run(operators.create_company(title=title, route=route)))


@company.command("list")
def list_companies() -> None:
    """Every company with its id."""
    composition.install()
    for line in asyncio.run(operators.list_companies()):
        typer.echo(line)


@keys.command("create")
def create_api_key(
    company_id: Annotated[str, typer.Option("--company", help="Id of the company (biz_…).")],
    scopes: Annotated[str, typer.Option(help="Comma-separated, or all, or read.")] = "read",
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
) -> None:
    """Create an API key; it is shown this once."""
    composition.install()
    typer.echo(asyncio.run(operators.create_api_key(company_id, scopes=scopes, name=name)))
