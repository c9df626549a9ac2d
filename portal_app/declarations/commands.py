"""`portal declarations …`: what was declared without sign-in and waits. English only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

import typer

from portal_app.declarations.models import Declaration
from portal_app.declarations.service import UNDER_WAY, give_back, list_waiting, resolve
from portal_app.declarations.service.confirming import read_declaration
from portal_app.declarations.views.findings import found_text
from portal_app.identity.actor import ActorKind, Author
from portal_app.intents.service import desk
from portal_app.kit.db import Database
from portal_app.ui.reader import Reader

OPERATOR: Final = Author(ActorKind.OPERATOR)
Result = TypeVar("Result")
CompanyId = Annotated[str, typer.Option("--company", help="Only of this company (biz_…).")]
Reference = Annotated[str, typer.Argument(help="As the list and the mails name it: C-…, W-….")]


def declaration_commands(install: Callable[[], Database]) -> typer.Typer:
    """The commands over the database that *install* sets the process up with."""
    app = typer.Typer(
        no_args_is_help=True, help="Cancellations and withdrawals declared without sign-in."
    )

    def run(work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            db = install()
            try:
                return await work(db)
            finally:
                await db.close()

        return asyncio.run(whole())

    @app.command("list")
    def show(company_id: CompanyId = "") -> None:
        """Show what waits for somebody, the oldest first, and why no rule could decide it."""
        lines = run(lambda db: _lines(db, company_id or None))
        for line in lines:
            typer.echo(line)
        if not lines:
            typer.echo("Nothing waits.", err=True)

    @app.command("resolve")
    def settle(
        reference: Reference,
        note: Annotated[str, typer.Option(help="What became of it; kept with it.")],
    ) -> None:
        """Say what became of one, and take it off the list. Changes nothing at Stripe."""
        typer.echo(run(lambda db: _resolved(db, reference, note)))

    @app.command("refund")
    def refund(reference: Reference) -> None:
        """End what a withdrawal in time is about at once, and refund what `list` says.

        Says what became of it; the exit code is 1 where something is left for you to do.
        """
        row = run(lambda _: give_back(desk(), OPERATOR, reference))
        typer.echo(f"{row.reference}: {became(row)}")
        raise typer.Exit(code=1 if row.resolved_at is None else 0)

    return app


async def _lines(db: Database, company_id: str | None) -> list[str]:
    found: list[str] = []
    async with db.reading() as session:
        for row in await list_waiting(session, company_id):
            read = await read_declaration(session, row.id, None)
            membership = f"{read.membership} ({row.membership_id})" if read else ""
            found += _said(row, membership, read.company.title if read else "")
    return found


def became(row: Declaration) -> str:
    """Of a refund that was asked for, for the operator."""
    if row.resolved_at is None:
        said = found_text(Reader("en"), row, row.membership_id or "The membership")
        return f"{said} Do it at Stripe, and say so with `portal declarations resolve`."
    if row.resolution == UNDER_WAY:
        return (
            "Stripe doesn't answer. It is saved and will be done by itself; if it is given up,"
            " `portal declarations list` says so."
        )
    return row.resolution


def _said(row: Declaration, membership: str, company: str) -> list[str]:
    how = "at once" if row.extraordinary else row.kind
    wished = f", for {row.wished_on}" if row.wished_on else ""
    lines = [
        f"{row.reference}  {row.asked_at:%Y-%m-%d %H:%M} UTC  {company}  {how}{wished}",
        f"    {row.name} <{row.address}>: {_one_line(row.contract)}",
        f"    {found_text(Reader('en'), row, membership)}",
    ]
    return [*lines, f"    Reason: {_one_line(row.grounds)}"] if row.grounds else lines


async def _resolved(db: Database, reference: str, note: str) -> str:
    async with db.unit_of_work() as session:
        row = await resolve(session, reference, note)
        return f"{row.reference} is resolved: {row.resolution}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
