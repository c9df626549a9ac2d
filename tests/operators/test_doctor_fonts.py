"""A font that the names in the database need: missing, there, or not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal_app.invoices.documents import faces
from portal_app.kit.db import Database
from portal_app.operators.doctor import Verdict
from portal_app.operators.doctor.font_checks import check_fonts
from portal_app.settings import get_settings
from tests.factories import make_company, make_customer, make_product


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, settings: Any
) -> Path:
    """The only place where a font is looked for; nothing is there."""
    path = tmp_path / "font.ttc"
    monkeypatch.setattr(faces, "PLACES", (str(path),))
    monkeypatch.setenv("PORTAL_DATABASE_URL", database_url)
    get_settings.cache_clear()
    return path


async def found() -> Any:
    return await check_fonts(get_settings())


async def test_other_scripts_need_none(place: Path, db: Database) -> None:
    async with db.unit_of_work() as session:
        for name in ("Ada", "Ωμέγα", "محمد", "אברהם", "ﬁn", "🧾"):
            await make_customer(session, name=name)
    assert (await found()).verdict is Verdict.OK


@pytest.mark.parametrize("name", ["山田太郎", "김철수", "ひらがな", "王"])
async def test_a_customers_name_needs_one(place: Path, db: Database, name: str) -> None:
    async with db.unit_of_work() as session:
        await make_customer(session, name="Ada")
        await make_customer(session, name=name)
    told = await found()
    assert told.verdict is Verdict.WARNING
    assert "fonts-noto-cjk" in told.mend
    place.touch()  # noqa: ASYNC240
    assert (await found()).verdict is Verdict.OK


async def test_so_does_a_product_and_a_company(place: Path, db: Database) -> None:
    async with db.unit_of_work() as session:
        await make_product(session, await make_company(session, title="道場"))
    assert (await found()).verdict is Verdict.WARNING


async def test_a_database_that_is_away_is_told_of_elsewhere(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/none/portal.db")
    get_settings.cache_clear()
    assert await found() is None
