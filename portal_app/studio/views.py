"""What stands above every page of the studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_app.catalog.creators import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyChoice:
    """A company that the person acts for."""

    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioFrame:
    """*query* ends every address of the studio, so that a link opens it for the same company.

    *companies* are all to choose from, empty for whoever has one.
    """

    company_id: str = ""
    title: str = ""
    query: str = ""
    is_owner: bool = False
    companies: list[CompanyChoice] = field(default_factory=list)


def studio_frame(places: Sequence[Place], here: Place) -> StudioFrame:
    return StudioFrame(
        company_id=here.company_id,
        title=here.title,
        query=f"?company={here.company_id}",
        is_owner=here.is_owner,
        companies=[CompanyChoice(id=one.company_id, title=one.title) for one in places]
        if len(places) > 1
        else [],
    )
