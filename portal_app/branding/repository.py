"""Where looks come from: what a company published, else the JSON file beside this module."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.branding.brand import Brand
from portal_app.branding.models import BrandImage, BrandVersion
from portal_app.settings import get_settings

FOLDER: Final = Path(__file__).parent / "brands"
# For the hot path: one small statement, however many companies there are.
NEWEST: Final[Executable] = select(
    col(BrandVersion.company_id), func.max(col(BrandVersion.version))
).group_by(col(BrandVersion.company_id))
IMAGE: Final[Executable] = select(col(BrandImage.content).label("content")).where(
    col(BrandImage.name) == bindparam("name")
)


def read_brands(folder: Path) -> dict[str, Brand]:
    """Every `<biz>.json` of *folder* by company id.

    Raises pydantic.ValidationError for a file that is no brand, so that a start fails and says so.
    """
    return {
        path.stem: Brand.model_validate_json(path.read_bytes())
        for path in sorted(folder.glob("biz_*.json"))
    }


@lru_cache(maxsize=1)
def brands_of_files() -> dict[str, Brand]:
    """The looks that companies came with, read once."""
    return read_brands(FOLDER)


def own_text(company_id: str, brand: Brand) -> str:
    """What the company wrote itself, else `theme/<biz>.css` of the data directory.

    The file is for who hosts the portal themselves, and read again when it changes.
    """
    if brand.css:
        return brand.css
    path = get_settings().data_dir / "theme" / f"{company_id}.css"
    try:
        return _text_of(path, path.stat().st_mtime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _text_of(path: Path, changed_at: int) -> str:
    del changed_at
    return path.read_text("utf-8", errors="replace")


async def sizes_of(session: AsyncSession, names: set[str]) -> dict[str, tuple[int, int]]:
    """Width and height of these pictures."""
    statement = select(col(BrandImage.name), col(BrandImage.width), col(BrandImage.height)).where(
        col(BrandImage.name).in_(names)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(statement)}


async def image_of(session: AsyncSession, company_id: str, name: str) -> BrandImage | None:
    statement = select(BrandImage).where(
        col(BrandImage.company_id) == company_id, col(BrandImage.name) == name
    )
    return (await session.scalars(statement)).one_or_none()
