"""What stands above every page of the studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from portal_app.catalog.creators import Place

# More than that are many.
MOST_COUNTED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyChoice:
    """A company that the person acts for."""

    id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioFrame:
    """*query* ends every address of the studio, so that a link opens it for the same company.

    *companies* are all to choose from, empty for whoever has one. *waiting* says by room how much
    waits for a word there, and nothing where nothing does.
    """

    company_id: str = ""
    title: str = ""
    query: str = ""
    is_owner: bool = False
    waiting: dict[str, str] = field(default_factory=dict)
    companies: list[CompanyChoice] = field(default_factory=list)


def studio_frame(places: Sequence[Place], here: Place, waiting: Mapping[str, int]) -> StudioFrame:
    return StudioFrame(
        company_id=here.company_id,
        title=here.title,
        query=f"?company={here.company_id}",
        is_owner=here.is_owner,
        waiting={room: _counted(number) for room, number in waiting.items() if number},
        companies=[CompanyChoice(id=one.company_id, title=one.title) for one in places]
        if len(places) > 1
        else [],
    )


def _counted(number: int) -> str:
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
