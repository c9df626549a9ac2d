"""The policy that decides about access, read for one request."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import String, bindparam, select
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.catalog.configuration import DEFAULT, AccessPolicy, Configuration
from portal_app.catalog.models import PortalConfiguration

_NEWEST: Final[HotRead[dict[str, Any]]] = HotRead(
    select(col(PortalConfiguration.body))
    .where(col(PortalConfiguration.company_id) == bindparam("company_id", type_=String()))
    .order_by(col(PortalConfiguration.version).desc())
    .limit(1),
    dict,
)


async def access_policy(company_id: str) -> AccessPolicy:
    """What the company published last, or the defaults."""
    body = await _NEWEST.first(company_id=company_id)
    return (DEFAULT if body is None else Configuration.read(body)).access
