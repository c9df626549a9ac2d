"""A batch of inbox events: fetch each object concerned once, project it, say what failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from portal_app.ingest.events import Ref, affected
from portal_app.ingest.models import InboxEvent
from portal_app.ingest.needs import needs, not_stored
from portal_app.ingest.observing import BUDGET_SECONDS, Observation, Observed, Observer
from portal_app.ingest.projecting import ORDER, TOGETHER, project
from portal_app.kit.db import Database
from portal_app.kit.failpoints import failpoint
from portal_app.provider.objects import ObjectSource

logger = logging.getLogger(__name__)
# Invoice → subscription → product is the longest way that one object needs another.
_LONGEST_CHAIN: Final = 3
Projectable: TypeAlias = tuple[Ref, Observation]


@dataclass(frozen=True, slots=True)
class InboxHandler:
    """The inbox's handler for the jobs loop."""

    database: Callable[[], Database]
    source: ObjectSource
    budget: float = BUDGET_SECONDS

    async def __call__(self, events: Sequence[InboxEvent]) -> Mapping[str, Exception]:
        """Handle all *events*; those that have to be tried again, or given up, by id and reason."""
        failpoint("inbox.claimed")
        wanted = {event.id: affected(event.payload) for event in events}
        failed = await self._refresh({ref for refs in wanted.values() for ref in refs})
        failpoint("inbox.handled")
        reasons: dict[str, Exception] = {}
        for identifier, refs in wanted.items():
            reason = next((failed[ref] for ref in refs if ref in failed), None)
            if reason is not None:
                reasons[identifier] = reason
        return reasons

    async def _refresh(self, refs: set[Ref]) -> dict[Ref, Exception]:
        """Bring *refs* and what they need to where the provider is; what went wrong with which."""
        observed = await self._with_needs(refs)
        failpoint("inbox.fetched")
        failed: dict[Ref, Exception] = {
            ref: seen for ref, seen in observed.items() if isinstance(seen, Exception)
        }
        found = [(ref, seen) for ref, seen in observed.items() if isinstance(seen, Observation)]
        found.sort(key=lambda one: (ORDER[one[0].kind], one[0].id))
        for start in range(0, len(found), TOGETHER):
            some = found[start : start + TOGETHER]
            if _is_blocked(some, failed) or await self._project(some) is not None:
                await self._one_by_one(some, failed)
        return failed

    async def _one_by_one(self, some: Sequence[Projectable], failed: dict[Ref, Exception]) -> None:
        """So that none takes others along, but those that need it; notes in *failed* what did."""
        for ref, seen in some:
            blocked = next((failed[one] for one in needs(seen.facts) if one in failed), None)
            error = blocked or await self._project([(ref, seen)])
            if error is not None:
                failed[ref] = error

    async def _with_needs(self, refs: set[Ref]) -> Observed:
        observer = Observer(self.source, self.budget)
        observed: Observed = await observer.observe(refs)
        for _ in range(_LONGEST_CHAIN):
            missing = await self._missing(observed)
            if not missing:
                break
            observed |= await observer.observe(missing)
        return observed

    async def _missing(self, observed: Observed) -> set[Ref]:
        facts = [seen.facts for seen in observed.values() if isinstance(seen, Observation)]
        wanted = {ref for one in facts for ref in needs(one)} - observed.keys()
        if not wanted:
            return set()
        async with self.database().reading(inline=True) as session:
            return await not_stored(session, wanted)

    async def _project(self, some: Sequence[Projectable]) -> Exception | None:
        try:
            await project(self.database(), some)
        except Exception as error:
            fields = {"objects": ", ".join(f"{ref.kind} {ref.id}" for ref, _ in some)}
            logger.exception("objects could not be projected", extra={"fields": fields})
            return error
        failpoint("inbox.projected")
        return None


def _is_blocked(some: Sequence[Projectable], failed: Mapping[Ref, Exception]) -> bool:
    return any(one in failed for _, seen in some for one in needs(seen.facts))
