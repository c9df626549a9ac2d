"""The policies that decide about access, read for one request."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import String, bindparam, select
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.catalog.models import PortalConfiguration
from portal_app.catalog.policies import AS_IT_COMES, Policies

_NEWEST: Final[HotRead[dict[str, Any]]] = HotRead(
    select(col(PortalConfiguration.body))
    .where(col(PortalConfiguration.company_id) == bindparam("company_id", type_=String()))
    .order_by(col(PortalConfiguration.version).desc())
    .limit(1),
    dict,
)


async def policies_of(company_id: str) -> Policies:
    """What the company published last, or the defaults."""
    body = await _NEWEST.first(company_id=company_id)
    return AS_IT_COMES if body is None else Policies.read(body)
