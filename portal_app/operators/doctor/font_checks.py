"""Whether invoices and receipts can write the names that are in the database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, collate, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped
from sqlmodel import col

from portal_app.catalog.models import Company, Product
from portal_app.customers.models import Customer
from portal_app.invoices.documents.faces import PACKAGE, east_asian_file
from portal_app.kit.db import Database
from portal_app.operators.doctor.findings import Finding, fine, warning
from portal_app.settings import Settings

# Chinese, Japanese and Korean: from the radicals to the compatibility ideographs (Unicode blocks).
_FIRST, _BEHIND = "\u2e80", "\ufb00"
_NAMES: Final = (col(Customer.name), col(Product.title), col(Company.title))


async def check_fonts(settings: Settings) -> Finding | None:
    """None when the database can't be asked, of which its own findings tell."""
    file = east_asian_file()
    if file is not None:
        return fine("fonts", f"Chinese, Japanese and Korean by {file}")
    try:
        needed = await _needed(settings)
    except (SQLAlchemyError, OSError, ImportError):
        return None
    if not needed:
        return fine("fonts", "none is missing for the names in the database")
    return warning(
        "fonts",
        "names are in Chinese, Japanese or Korean, and invoices can't show them",
        f"install a font for them, such as Debian's {PACKAGE}",
    )


async def _needed(settings: Settings) -> bool:
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            found = [
                exists(select(name).where(_begins(name, sqlite=database.is_sqlite)))
                for name in _NAMES
            ]
            return bool((await session.execute(select(or_(*found)))).scalar_one())
    finally:
        await database.close()


def _begins(name: Mapped[str], *, sqlite: bool) -> ColumnElement[bool]:
    """By its first character, in the order of Unicode, for which an index can be asked."""
    ordered = name if sqlite else collate(name, "C")
    return and_(ordered >= _FIRST, ordered < _BEHIND)
