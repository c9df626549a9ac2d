"""`portal theme …`: a company's look as a file that can be kept in git. English only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding import publishing, theme_file
from portal_app.branding.brand import Brand
from portal_app.catalog.models import Company
from portal_app.identity.actor import ActorKind, Author
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound
from portal_app.settings import get_settings

Result = TypeVar("Result")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The theme, as JSON.")]
CompanyId = Annotated[str, typer.Option("--company", help="Id of the company (biz_…).")]


def theme_commands(install: Callable[[], Database]) -> typer.Typer:
    """The commands over the database that *install* sets the process up with."""
    app = typer.Typer(no_args_is_help=True, help="A company's look as a file.")

    def run(work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            db = install()
            try:
                return await work(db)
            finally:
                await db.close()

        return asyncio.run(whole())

    @app.command("validate")
    def validate(file: File) -> None:
        """Check a theme file, its contrasts included; says the nearest colour that passes."""
        brand = theme_file.read(file.read_bytes())
        theme_file.check(brand)
        theme_file.check_css(brand)
        typer.echo("This theme can be published.")

    @app.command("apply")
    def apply(file: File, company_id: CompanyId) -> None:
        """Publish a theme file; pictures stay as they are."""
        brand = theme_file.read(file.read_bytes())
        theme_file.check_css(brand)
        number = run(lambda db: _publish(db, company_id, brand))
        typer.echo(f"Version {number} of {company_id} is published.")

    @app.command("export")
    def export(company_id: CompanyId) -> None:
        """Print what holds now as a theme file."""
        brand = run(lambda db: _current(db, company_id))
        typer.echo(theme_file.written(brand, get_settings().origin), nl=False)

    @app.command("schema")
    def schema() -> None:
        """Print the JSON Schema of theme files."""
        typer.echo(theme_file.schema_text(), nl=False)

    return app


async def _publish(db: Database, company_id: str, brand: Brand) -> int:
    async with db.unit_of_work() as session:
        await _known(session, company_id)
        now = await publishing.current_brand(session, company_id)
        whole = brand.model_copy(update={"logo": now.logo, "logo_dark": now.logo_dark})
        return await publishing.publish_brand(
            session, company_id, whole, Author(ActorKind.OPERATOR)
        )


async def _current(db: Database, company_id: str) -> Brand:
    async with db.reading() as session:
        await _known(session, company_id)
        return await publishing.current_brand(session, company_id)


async def _known(session: AsyncSession, company_id: str) -> None:
    if await session.get(Company, company_id) is None:
        raise NotFound(f"There is no company {company_id}. `portal company list` shows them.")
