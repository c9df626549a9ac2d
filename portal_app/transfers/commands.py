"""`portal transfers …`: offers that wait for the seller's word. English only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from portal_app.identity.actor import ActorKind, Author
from portal_app.kit.db import Database
from portal_app.transfers.service import approve, refuse, waiting

Result = TypeVar("Result")
OPERATOR = Author(ActorKind.OPERATOR)
TransferId = Annotated[str, typer.Argument(help="The transfer (trf_…), as `list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why; the sender reads it.")]


def transfer_commands(install: Callable[[], Database]) -> typer.Typer:
    """The commands over the database that *install* sets the process up with."""
    app = typer.Typer(no_args_is_help=True, help="Transfers that wait for the seller's approval.")

    def run(work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            db = install()
            try:
                return await work(db)
            finally:
                await db.close()

        return asyncio.run(whole())

    @app.command("list")
    def show() -> None:
        """What waits, the oldest first."""
        for row in run(waiting):
            asked = f"{row.transfer.asked_at:%Y-%m-%d %H:%M}"
            to = row.transfer.recipient_address
            typer.echo(f"{row.transfer.id}  {asked}  {row.company}: {row.product} to {to}")

    @app.command("approve")
    def agree(transfer_id: TransferId) -> None:
        """Let the offer go out to whom it is for."""
        transfer = run(lambda db: approve(db, OPERATOR, transfer_id))
        held = transfer.offered_at is None
        typer.echo("Approved; it goes out when the hold is over." if held else "Approved and sent.")

    @app.command("refuse")
    def disagree(transfer_id: TransferId, reason: Reason = "") -> None:
        """Close it; the sender is told."""
        run(lambda db: refuse(db, OPERATOR, transfer_id, reason))
        typer.echo("Refused.")

    return app
