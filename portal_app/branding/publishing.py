"""Drafts and versions of a company's look."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding import repository, theme_file
from portal_app.branding.brand import Brand
from portal_app.branding.images import Picture
from portal_app.branding.models import BrandImage, BrandVersion
from portal_app.branding.repository import brands_of_files
from portal_app.catalog import versions
from portal_app.catalog.models import Company, DraftKind
from portal_app.catalog.versions import Version
from portal_app.identity.actor import Author, CompanyCreator
from portal_app.kit.clock import wall_now

NEUTRAL_ACCENT = "#1754d8"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a creator works on: *draft* where somebody has one, else what holds.

    *seen* is what a change expects (`expect_brand`).
    """

    brand: Brand
    is_draft: bool
    versions: list[Version]
    sizes: dict[str, tuple[int, int]]
    seen: str


async def workshop(session: AsyncSession, creator: CompanyCreator) -> Workshop:
    company_id = creator.company_id
    draft = await versions.draft_of(session, DraftKind.BRAND, company_id)
    brand = await drafted_brand(session, company_id)
    return Workshop(
        brand=brand,
        is_draft=draft is not None,
        versions=await versions.versions_of(session, BrandVersion, company_id),
        sizes=await sizes_in(session, brand),
        seen=await versions.seen(session, BrandVersion, DraftKind.BRAND, company_id),
    )


async def sizes_in(session: AsyncSession, brand: Brand) -> dict[str, tuple[int, int]]:
    """Of the brand's pictures."""
    return await repository.sizes_of(session, {one for one in (brand.logo, brand.logo_dark) if one})


async def drafted_brand(session: AsyncSession, company_id: str) -> Brand:
    """The draft, else what holds."""
    draft = await versions.draft_of(session, DraftKind.BRAND, company_id)
    return theme_file.parsed(draft.body) if draft else await current_brand(session, company_id)


async def current_brand(session: AsyncSession, company_id: str) -> Brand:
    """What holds now, from the database; for a company without a look, the portal's."""
    newest = await versions.newest_version(session, BrandVersion, company_id)
    if newest is not None and newest.body:
        return Brand.model_validate(newest.body)
    return brands_of_files().get(company_id) or await _neutral(session, company_id)


async def _neutral(session: AsyncSession, company_id: str) -> Brand:
    company = await session.get_one(Company, company_id)
    name = " ".join("".join(sign for sign in company.title if sign.isprintable()).split())
    cleaned = name.replace("<", "").replace(">", "")[:40].strip()
    return Brand(wordmark=cleaned or "Billing", accent=NEUTRAL_ACCENT)


async def expect_brand(session: AsyncSession, creator: CompanyCreator, was: str) -> None:
    """Raises ChangedMeanwhile when a colleague has saved or published since."""
    await versions.expect(session, BrandVersion, DraftKind.BRAND, creator.company_id, was)


async def keep_draft(session: AsyncSession, creator: CompanyCreator, brand: Brand) -> None:
    """It may be unreadable: that is what a draft is for."""
    await _own_pictures(session, creator.company_id, brand)
    await versions.save_draft(
        session, DraftKind.BRAND, creator.company_id, _body(brand), creator.author
    )


async def publish_brand(
    session: AsyncSession, company_id: str, brand: Brand, author: Author
) -> int:
    """Make it the company's look; raises NoTheme for what can't be read. The draft is done."""
    theme_file.check(brand)
    await _own_pictures(session, company_id, brand)
    # First what locks the company: who saves the draft meanwhile then waits, and is told.
    number = await versions.publish(session, BrandVersion, company_id, _body(brand), author)
    await versions.drop_draft(session, DraftKind.BRAND, company_id)
    return number


async def restore_brand(session: AsyncSession, creator: CompanyCreator, number: int) -> None:
    """Raises NoSuchVersion. A draft that somebody works on stays."""
    await versions.restore(session, BrandVersion, creator.company_id, number, creator.author)


async def drop_draft(session: AsyncSession, creator: CompanyCreator) -> None:
    await versions.drop_draft(session, DraftKind.BRAND, creator.company_id)


async def _own_pictures(session: AsyncSession, company_id: str, brand: Brand) -> None:
    """Raises NoTheme for a picture that is not the company's own."""
    for name in (brand.logo, brand.logo_dark):
        if name and await repository.image_of(session, company_id, name) is None:
            raise theme_file.NoTheme("That picture isn't there.")


async def keep_picture(
    session: AsyncSession, creator: CompanyCreator, picture: Picture, *, dark: bool
) -> None:
    """Store it and put it into the draft."""
    if await repository.image_of(session, creator.company_id, picture.name) is None:
        session.add(
            BrandImage(
                company_id=creator.company_id,
                name=picture.name,
                content=picture.content,
                width=picture.width,
                height=picture.height,
                created_at=wall_now(),
            )
        )
        await session.flush()
    now = (await workshop(session, creator)).brand
    field = "logo_dark" if dark else "logo"
    await keep_draft(session, creator, now.model_copy(update={field: picture.name}))


def _body(brand: Brand) -> dict[str, object]:
    return brand.model_dump(mode="json", exclude_none=True)
