"""What stands above every page of the studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_app.catalog.creators import Place
from portal_app.transfers.service import MOST_COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyChoice:
    """A company that the person acts for."""

    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioFrame:
    """*query* ends every address of the studio, so that a link opens it for the same company.

    *companies* are all to choose from, empty for whoever has one. *waiting* says how many transfers
    wait for a word, empty when none does.
    """

    company_id: str = ""
    title: str = ""
    query: str = ""
    is_owner: bool = False
    waiting: str = ""
    companies: list[CompanyChoice] = field(default_factory=list)


def studio_frame(places: Sequence[Place], here: Place, waiting: int) -> StudioFrame:
    return StudioFrame(
        company_id=here.company_id,
        title=here.title,
        query=f"?company={here.company_id}",
        is_owner=here.is_owner,
        waiting=_counted(waiting),
        companies=[CompanyChoice(id=one.company_id, title=one.title) for one in places]
        if len(places) > 1
        else [],
    )


def _counted(waiting: int) -> str:
    if waiting > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(waiting) if waiting else ""
