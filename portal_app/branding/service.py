"""The brand of a company, in the forms that pages and documents need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import col

from portal_app.branding import stylesheet
from portal_app.branding.brand import Brand
from portal_app.branding.published import Look, brand_of, looks
from portal_app.branding.repository import own_text
from portal_app.branding.shapes import BUNDLED
from portal_app.branding.support import support_of
from portal_app.catalog.models import Company
from portal_app.catalog.policies import policy_of
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.identity.sessions import find_actor
from portal_app.kit.contacts import address_of
from portal_app.kit.db import database
from portal_app.kit.http.documents import HeadLinks
from portal_app.memberships.models import Member, Membership

__all__ = [
    "BrandLink",
    "BrandSheet",
    "PageBrand",
    "brand_link",
    "brand_links",
    "brand_of",
    "links_of",
    "page_brand",
    "sheet_at",
    "sheet_of",
    "stylesheet_href",
    "wrapper_style",
]
OWN_SHEET: Final = "--sheet"
_MANAGED = re.compile(r"/billing/manage/(mber_[0-9A-Za-z]{1,64})(?:/|$)", re.ASCII)
_COMPANY_AT: Final = select(col(Company.id)).where(col(Company.route) == bindparam("route"))
_COMPANY_OF_HOLDING: Final = (
    select(col(Membership.company_id))
    .join(Member, col(Member.membership_id) == col(Membership.id))
    .where(
        col(Member.id) == bindparam("member_id"),
        col(Member.person_id) == bindparam("person_id"),
        col(Member.until_at).is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class BrandSheet:
    """A rendered stylesheet and the *version* in its address."""

    css: str
    version: str


@dataclass(frozen=True, slots=True)
class BrandLink:
    """A way out of a page to the company itself: its support, its terms. *kind* is its name."""

    kind: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class PageBrand:
    """What a page that the server renders wears: name, *stylesheet* and the company's own links.

    Without a look of its own it is in the portal's. *font* is the file of ours to fetch at once,
    empty for a font that systems bring along.
    """

    wordmark: str = ""
    stylesheet: str = ""
    font: str = ""
    links: tuple[BrandLink, ...] = ()


def sheet_of(company_id: str) -> BrandSheet | None:
    look = looks.of(company_id)
    return None if look is None else _sheet(look, own_text(company_id, look.brand))


@lru_cache(maxsize=256)
def _sheet(look: Look, text: str) -> BrandSheet:
    css = stylesheet.render(look.brand, dict(look.logo), text)
    return BrandSheet(css, stylesheet.version(css))


def stylesheet_href(company_id: str) -> str | None:
    """`/brand/<biz>.css?v=<version>`; None for a company without a brand of its own."""
    sheet = sheet_of(company_id)
    return None if sheet is None else f"/brand/{company_id}.css?v={sheet.version}"


async def sheet_at(name: str) -> BrandSheet | None:
    """By a company's id or by its route, which is all that a page without sign-in may tell."""
    await looks.refresh()
    if name.startswith("biz_"):
        return sheet_of(name)
    row = await database().read_one(_COMPANY_AT, {"route": name})
    return None if row is None else sheet_of(row["id"])


async def page_brand(company_id: str, *, named: str = "", product_id: str = "") -> PageBrand | None:
    """For a page that names the company anyway; None where there is nothing of its own to show.

    *named* is the company's route where the page's address tells that and no id. *product_id* is
    what the page is about, empty where it is about no product, or where that must not be told.
    """
    await looks.refresh()
    brand, sheet = brand_of(company_id), sheet_of(company_id)
    async with database().reading() as session:
        policy = await policy_of(session, company_id, product_id)
    links = tuple(links_of(brand, policy.support))
    if brand is None or sheet is None:
        return PageBrand(links=links) if links else None
    href = f"/brand/{named or company_id}.css?v={sheet.version}"
    return PageBrand(brand.wordmark, href, BUNDLED.get(brand.font, ""), links)


def wrapper_style(company_id: str) -> dict[str, str]:
    """The brand's custom properties for the wrapper of a page; empty without a brand.

    This way the brand follows client navigation, where no document and no stylesheet is loaded.
    What a company wrote itself fits no `style`: OWN_SHEET names the sheet that the page links.
    """
    look = looks.of(company_id)
    if look is None:
        return {}
    href = stylesheet_href(company_id) if own_text(company_id, look.brand) else None
    own = {OWN_SHEET: href} if href else {}
    return stylesheet.inline(look.brand) | dict(look.logo) | own


def links_of(brand: Brand | None, support: SupportPolicy) -> list[BrandLink]:
    """Where whoever sells can be reached, and their own papers.

    *support* is the policy for the product at hand, or the company's where none is.
    """
    found = {
        "support": address_of(support_of(brand, support)),
        "terms": brand and brand.terms_url,
        "privacy": brand and brand.privacy_url,
        "imprint": brand and brand.imprint_url,
    }
    return [BrandLink(kind, href) for kind, href in found.items() if href]


def brand_links(company_id: str, support: SupportPolicy) -> list[BrandLink]:
    return links_of(brand_of(company_id), support)


async def brand_link(path: str, cookie_header: str) -> HeadLinks | None:
    """The stylesheet to link into the HTML of *path*, and its font: only for its holder.

    Strangers, past holders and the signed-out get None, as for an id that does not exist, so that
    the link tells nobody which ids do.
    """
    match = _MANAGED.match(path)
    actor = await find_actor(cookie_header) if match else None
    if match is None or actor is None:
        return None
    await looks.refresh()
    row = await database().read_one(
        _COMPANY_OF_HOLDING, {"member_id": match[1], "person_id": actor.person_id}
    )
    href = None if row is None else stylesheet_href(row["company_id"])
    brand = None if row is None else brand_of(row["company_id"])
    return HeadLinks(href, BUNDLED.get(brand.font, "")) if href and brand else None
