"""`portal notices …`: what would be sent, and switching kinds on and off. English only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, TypeVar

import typer

from portal_app.kit.db import Database
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.preview import KindPreview, preview
from portal_app.notifications.notices.switches import named, switch_off, switch_on
from portal_app.settings import Mode, get_settings

Result = TypeVar("Result")
ALL = "all"
Kinds = Annotated[list[str] | None, typer.Argument(help=f"{', '.join(sorted(NOTICES))}; or {ALL}.")]


def notice_commands(install: Callable[[], Database]) -> typer.Typer:
    """The commands over the database that *install* sets the process up with."""
    app = typer.Typer(no_args_is_help=True, help="Mails about memberships: who gets which.")

    def run(work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            db = install()
            try:
                return await work(db)
            finally:
                await db.close()

        return asyncio.run(whole())

    @app.command("preview")
    def show() -> None:
        """Show what would be sent now, by kind, and which kinds are off and why; sends nothing."""
        sandbox = get_settings().mode is Mode.SANDBOX
        for one in run(lambda db: preview(db, sandbox=sandbox)):
            for line in _lines(one):
                typer.echo(line)

    @app.command("on")
    def on(kinds: Kinds = None) -> None:
        """Send these kinds from now on; without a name, those that Stripe never sends itself.

        Naming one says that the portal sends it: switch Stripe's own mail of that kind off.
        """
        chosen = _chosen(kinds) or [one for one in NOTICES.values() if not one.stripe_mails]
        run(lambda db: _switch(db, chosen, on=True))
        typer.echo(f"On: {_keys(chosen)}. What happened before now is told to nobody.")
        for line in _reminders(chosen):
            typer.echo(line)

    @app.command("off")
    def off(kinds: Kinds = None) -> None:
        """Stop sending these kinds, or all; what is in the outbox already is still sent."""
        chosen = _chosen(kinds) or list(NOTICES.values())
        run(lambda db: _switch(db, chosen, on=False))
        typer.echo(f"Off: {_keys(chosen)}.")

    return app


def _chosen(keys: list[str] | None) -> list[NoticeKind]:
    """Raises InvalidInput for a kind that there is not."""
    return list(NOTICES.values()) if keys == [ALL] else named(keys or [])


async def _switch(db: Database, kinds: Iterable[NoticeKind], *, on: bool) -> None:
    async with db.unit_of_work() as session:
        await (switch_on if on else switch_off)(session, kinds)


def _keys(kinds: Iterable[NoticeKind]) -> str:
    return ", ".join(kind.key for kind in kinds)


def _reminders(kinds: Iterable[NoticeKind]) -> list[str]:
    """So that nobody gets two mails about one thing."""
    own = sorted({kind.stripe_mails for kind in kinds if kind.stripe_mails})
    if not own or get_settings().mode is Mode.SANDBOX:
        return []
    return [f"Switch off at Stripe (Settings, Emails), if it is on there: {', '.join(own)}."]


def _lines(one: KindPreview) -> list[str]:
    state = f"on since {one.since:%Y-%m-%d %H:%M} UTC" if one.since else f"off: {one.off_because}"
    samples = [f"{'':<17}{address}  {title}" for address, title in one.samples]
    more = [f"{'':<17}and {one.count - len(samples)} more"] if one.count > len(samples) else []
    return [f"{one.kind.key:<16} {one.count:>5}  {state}", *samples, *more]
