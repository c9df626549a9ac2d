"""Which policies hold for what is sold: the company's, with what differs for single products.

A version's `products` holds by product (`prod_…` of ours) only the fields that differ, in the form
of the whole document. Everybody who decides by a policy asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.configuration import DEFAULT, Configuration, TransferMode
from portal_app.catalog.models import PortalConfiguration

PRODUCTS: Final = "products"
_TRANSFER: Final = "transfer"
# Tables of the company's own keys: an exception takes their place as a whole.
_TABLES: Final = frozenset({"discounts"})


@dataclass(frozen=True, slots=True)
class Policies:
    """A company's policies, and those of the *products* for which something differs."""

    company: Configuration = DEFAULT
    products: Mapping[str, Configuration] = field(default_factory=dict)

    def of(self, product_id: str) -> Configuration:
        return self.products.get(product_id, self.company)

    @classmethod
    def read(cls, body: Mapping[str, object]) -> Self:
        """Anything of the wrong type falls back to its default."""
        return cls(
            company=Configuration.read(body),
            products={
                product_id: Configuration.read(with_exceptions(body, product_id))
                for product_id in exceptions_of(body)
            },
        )


AS_IT_COMES: Final = Policies()


def exceptions_of(body: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """What differs, by product."""
    named = _mapping(body.get(PRODUCTS))
    found = {str(one): differs for one, differs in named.items() if isinstance(differs, Mapping)}
    # Published before every policy could differ: without them a product would be handed on though
    # its company said that it must not be.
    earlier = _mapping(_mapping(body.get(_TRANSFER)).get(PRODUCTS))
    for one, mode in earlier.items():
        if not isinstance(mode, str) or mode not in set(TransferMode):
            continue
        found[str(one)] = _over({_TRANSFER: {"mode": mode}}, found.get(str(one), {}))
    return found


def without_exceptions(body: Mapping[str, object]) -> dict[str, object]:
    """What holds for the company, in either form of a document."""
    company = {name: value for name, value in body.items() if name != PRODUCTS}
    transfer = _mapping(body.get(_TRANSFER))
    if PRODUCTS in transfer:
        company[_TRANSFER] = {name: value for name, value in transfer.items() if name != PRODUCTS}
    return company


def with_exceptions(body: Mapping[str, object], product_id: str) -> dict[str, object]:
    """The whole document for one product."""
    company = without_exceptions(body)
    return _over(company, exceptions_of(body).get(product_id, {}))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        if isinstance(value, Mapping) and isinstance(under, Mapping) and name not in _TABLES:
            merged[name] = _over(under, value)
        else:
            merged[name] = value
    return merged


async def published_policies(
    session: AsyncSession, company_ids: Iterable[str]
) -> dict[str, Policies]:
    """What each of these companies published last; by default how it comes."""
    ids = sorted(set(company_ids))
    rows = await session.execute(_newest(ids))
    return dict.fromkeys(ids, AS_IT_COMES) | {row[0]: Policies.read(row[1]) for row in rows}


async def policy_of(session: AsyncSession, company_id: str, product_id: str) -> Configuration:
    """What holds now for a product of a company."""
    return (await published_policies(session, [company_id]))[company_id].of(product_id)


def _newest(company_ids: list[str]) -> Select[str, dict[str, Any]]:
    company, version = col(PortalConfiguration.company_id), col(PortalConfiguration.version)
    newest = (
        select(company.label("company_id"), func.max(version).label("version"))
        .where(company.in_(company_ids))
        .group_by(company)
        .subquery()
    )
    matches = (company == newest.c.company_id) & (version == newest.c.version)
    return select(company, col(PortalConfiguration.body)).join(newest, matches)
