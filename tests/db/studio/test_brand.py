"""A look from draft to published and back, and whose it is."""

from __future__ import annotations

import pytest

from portal_app.branding import publishing, theme_file
from portal_app.branding.brand import Brand
from portal_app.branding.images import Picture
from portal_app.branding.models import BrandVersion
from portal_app.branding.published import looks
from portal_app.branding.service import brand_of, wrapper_style
from portal_app.branding.theme_file import NoTheme
from portal_app.catalog.versions import NoSuchVersion
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.ingest.models import EVERYBODY, Change
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import make_company, make_person
from tests.rows import all_of

TEAL = Brand(wordmark="Northwind", accent="#0f766e")
NIGHT = Brand(wordmark="Northwind", accent="#4338ca", background="#f5f3ff")


@pytest.fixture
async def creators(db: Database, clocks: Clocks) -> tuple[CompanyCreator, CompanyCreator]:
    """Of Northwind, which came with a look of its own, and of a company without any."""
    async with db.unit_of_work() as session:
        cleo = await make_person(session, "cleo@example.com", name="Cleo")
        ours = await make_company(session, id="biz_northwind", title="Northwind")
        theirs = await make_company(session, id="biz_plain", title="<b>Plain</b>")
    actor = Actor(cleo.id, "sess_1", "cleo@example.com", "en")
    return CompanyCreator(actor, ours.id, True), CompanyCreator(actor, theirs.id, True)


async def publish(db: Database, creator: CompanyCreator, brand: Brand) -> int:
    async with db.unit_of_work() as session:
        return await publishing.publish_brand(session, creator.company_id, brand, creator.author)


async def test_a_draft_is_nobodys_look_until_it_is_published_and_goes_back(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = creators
    await looks.refresh()
    came_with = brand_of(ours.company_id)
    async with db.unit_of_work() as session:
        await publishing.keep_draft(session, ours, NIGHT)
    await looks.refresh(at_most_every=0)
    assert brand_of(ours.company_id) == came_with
    async with db.reading() as session:
        assert (await publishing.workshop(session, ours)).brand == NIGHT
        assert (await publishing.workshop(session, theirs)).brand.wordmark == "bPlain/b"
    assert await publish(db, ours, NIGHT) == 1
    assert await publish(db, ours, TEAL) == 2
    await looks.refresh(at_most_every=0)
    assert (brand_of(ours.company_id), brand_of(theirs.company_id)) == (TEAL, None)
    async with db.unit_of_work() as session:
        await publishing.restore_brand(session, ours, 1)
    await looks.refresh(at_most_every=0)
    assert wrapper_style(ours.company_id)["--page"].startswith("light-dark(#f5f3ff,")
    async with db.unit_of_work() as session:
        await publishing.restore_brand(session, ours, 0)
    await looks.refresh(at_most_every=0)
    assert brand_of(ours.company_id) == came_with
    async with db.reading() as session:
        found = await publishing.workshop(session, ours)
    told = [(one.number, one.restores, one.author) for one in found.versions]
    assert told == [(4, 0, "Cleo"), (3, 1, "Cleo"), (2, None, "Cleo"), (1, None, "Cleo")]
    assert not found.is_draft


async def test_every_open_page_is_told_once_for_each_version(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator]
) -> None:
    await publish(db, creators[0], TEAL)
    assert [row.person_id for row in await all_of(db, Change)] == [EVERYBODY]


async def test_what_can_not_be_read_is_kept_as_a_draft_and_never_published(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator]
) -> None:
    faint = Brand(wordmark="Faint", accent="#ffff66")
    async with db.unit_of_work() as session:
        await publishing.keep_draft(session, creators[0], faint)
    with pytest.raises(NoTheme, match="accent"):
        await publish(db, creators[0], faint)
    assert await all_of(db, BrandVersion) == []


async def test_another_companys_versions_and_pictures_are_not_there(
    db: Database, creators: tuple[CompanyCreator, CompanyCreator]
) -> None:
    ours, theirs = creators
    await publish(db, theirs, NIGHT)
    with pytest.raises(NoSuchVersion):
        async with db.unit_of_work() as session:
            await publishing.restore_brand(session, ours, 1)
    picture = Picture(b"png", 100, 28)
    async with db.unit_of_work() as session:
        await publishing.keep_picture(session, theirs, picture, dark=False)
    stolen = TEAL.model_copy(update={"logo": picture.name})
    with pytest.raises(NoTheme):
        await publish(db, ours, stolen)
    with pytest.raises(NoTheme):
        async with db.unit_of_work() as session:
            await publishing.keep_draft(session, ours, stolen)
    async with db.reading() as session:
        assert (await publishing.workshop(session, theirs)).brand.logo == picture.name
        assert (await publishing.workshop(session, ours)).brand.logo is None


def test_a_theme_file_says_the_same_when_it_is_read_again() -> None:
    whole = NIGHT.model_copy(update={"support_email": "help@northwind.test"})
    assert theme_file.read(theme_file.written(whole, "https://portal.test")) == whole
