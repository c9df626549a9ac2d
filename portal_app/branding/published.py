"""The looks that hold now, kept in memory: pages ask for them by the dozen and can't wait.

A process looks at most once a second whether somebody published, and before it tells open pages
that something changed. So a page shows a new look within two seconds, whichever process it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError
from sqlmodel import col, select

from portal_app.branding.brand import Brand
from portal_app.branding.models import BrandVersion
from portal_app.branding.repository import NEWEST, brands_of_files, sizes_of
from portal_app.kit.db import Database, database

log = logging.getLogger(__name__)
LOOK_EVERY: Final = 1.0
# As high as the mark that stands in a logo's place.
LOGO_HEIGHT: Final = 28
# The widest leaves room for the name and the menu on a phone; the picture is shown whole within.
LOGO_WIDTHS: Final = (16, 168)


@dataclass(frozen=True, slots=True)
class Look:
    """A brand with the custom properties of its pictures."""

    brand: Brand
    logo: tuple[tuple[str, str], ...] = ()


@dataclass
class PublishedLooks:
    """*_versions* are the newest numbers that were seen, *_looks* None for “as it came”."""

    _versions: dict[str, int] = field(default_factory=dict)
    _looks: dict[str, Look | None] = field(default_factory=dict)
    _of: Database | None = None
    _looked: float = 0.0

    def of(self, company_id: str) -> Look | None:
        """What holds for the company; None for the portal's neutral look."""
        found = self._looks.get(company_id) if self._is_ours() else None
        if found is None and company_id in brands_of_files():
            return Look(brands_of_files()[company_id])
        return found

    def _is_ours(self) -> bool:
        """Whether what is known is of the database at hand: tests have one each."""
        try:
            return self._of is database()
        except LookupError:
            return False

    async def refresh(self, *, at_most_every: float = LOOK_EVERY) -> None:
        """Read what was published since; while the database is away, what is known holds."""
        try:
            await self._refresh(database(), at_most_every)
        except Exception:
            log.exception("it could not be read which looks are published")

    async def reread(self) -> None:
        """The same at once, for who must not go on without; raises what the database does."""
        await self._refresh(database(), 0.0)

    async def _refresh(self, db: Database, at_most_every: float) -> None:
        now = time.monotonic()
        if self._of is not db:
            self._versions, self._looks, self._of, self._looked = {}, {}, db, 0.0
        if self._looked and now - self._looked < at_most_every:
            return
        self._looked = now
        rows = await db.read_all(NEWEST, {})
        news = {row[0]: row[1] for row in rows if self._versions.get(row[0]) != row[1]}
        if news:
            self._looks |= await _read(db, news)
            self._versions |= news


async def _read(db: Database, news: Mapping[str, int]) -> dict[str, Look | None]:
    statement = select(BrandVersion).where(col(BrandVersion.company_id).in_(sorted(news)))
    async with db.reading() as session:
        rows = (await session.scalars(statement)).all()
        brands = {
            row.company_id: _brand(row) for row in rows if row.version == news[row.company_id]
        }
        names = {name for one in brands.values() if one for name in (one.logo, one.logo_dark)}
        sizes = await sizes_of(session, {name for name in names if name})
    return {
        company_id: Look(brand, tuple(logo_tokens(brand, sizes).items())) if brand else None
        for company_id, brand in brands.items()
    }


def _brand(row: BrandVersion) -> Brand | None:
    if not row.body:
        return None
    try:
        return Brand.model_validate(row.body)
    except ValidationError:
        # What an older version allowed: the company's pages keep the look they came with.
        log.exception("a published look is no look any more")
        return None


def logo_tokens(brand: Brand, sizes: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """The pictures of the header, each theme's in its own box; one that isn't there is left out."""
    tokens: dict[str, str] = {}
    for theme, name in (("", brand.logo), ("-dark", brand.logo_dark)):
        if name and name in sizes:
            tokens |= {
                f"--logo{theme}": f"url(/brand/images/{name}.png) center/contain no-repeat",
                f"--logo-width{theme}": f"{_width(*sizes[name])}px",
                f"--logo-radius{theme}": "0px",
            }
    return tokens


def _width(width: int, height: int) -> int:
    least, most = LOGO_WIDTHS
    return min(most, max(least, round(LOGO_HEIGHT * width / max(height, 1))))


looks: Final = PublishedLooks()


def brand_of(company_id: str) -> Brand | None:
    """The company's own brand; None where the portal's neutral look holds."""
    look = looks.of(company_id)
    return look.brand if look else None
