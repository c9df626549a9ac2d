"""`portal jobs …`: what failed in the background, and trying it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from portal_app.jobs.letters import Letter, failing, replay
from portal_app.kit.db import Database

Result = TypeVar("Result")
QueueName = Annotated[
    str,
    typer.Option(
        "--queue", help="inbox (Stripe's events), outbox (mail) or intents (changes at Stripe)."
    ),
]


def job_commands(install: Callable[[], Database]) -> typer.Typer:
    """The commands over the database that *install* sets the process up with."""
    app = typer.Typer(no_args_is_help=True, help="Background work: what failed, and once more.")

    def run(work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            db = install()
            try:
                return await work(db)
            finally:
                await db.close()

        return asyncio.run(whole())

    @app.command("list")
    def show(queue: QueueName = "inbox") -> None:
        """Show what failed: dead rows, and rows that wait for another attempt."""
        letters = run(lambda db: failing(db, queue))
        for letter in letters:
            typer.echo(_line(letter))
        if not letters:
            typer.echo("Nothing failed.")

    @app.command("replay")
    def again(
        ids: Annotated[
            list[str] | None, typer.Argument(help="Rows or evt_…; else the dead.")
        ] = None,
        queue: QueueName = "inbox",
    ) -> None:
        """Make rows due now, as if they were new."""
        count = run(lambda db: replay(db, queue, ids or []))
        typer.echo(f"{count} due now.")

    return app


def _line(letter: Letter) -> str:
    fate = "dead" if letter.dead else f"due {letter.due_at:%Y-%m-%d %H:%M:%S} UTC"
    tried = f"{letter.attempts} attempts"
    return f"{letter.id}  {letter.what}  {tried}  {fate}  {letter.last_error}"
