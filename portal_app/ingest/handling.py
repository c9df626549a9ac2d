"""A batch of inbox events: fetch each object concerned once, project it, say what failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal_app.ingest.events import Ref, affected
from portal_app.ingest.models import InboxEvent
from portal_app.ingest.needs import needs, not_stored
from portal_app.ingest.observing import BUDGET_SECONDS, Observation, Observed, Observer
from portal_app.ingest.projecting import ORDER, project
from portal_app.kit.db import Database
from portal_app.kit.failpoints import failpoint
from portal_app.provider.objects import ObjectSource

logger = logging.getLogger(__name__)
# Invoice → subscription → product is the longest way that one object needs another.
_LONGEST_CHAIN = 3


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
        failed: dict[Ref, Exception] = {}
        for ref in sorted(observed, key=lambda ref: (ORDER[ref.kind], ref.id)):
            seen = observed[ref]
            if isinstance(seen, Exception):
                failed[ref] = seen
                continue
            blocked = next((failed[one] for one in needs(seen.facts) if one in failed), None)
            error = blocked or await self._project(ref, seen)
            if error is not None:
                failed[ref] = error
        return failed

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
        async with self.database().reading() as session:
            return await not_stored(session, wanted)

    async def _project(self, ref: Ref, seen: Observation) -> Exception | None:
        try:
            outcome = await project(self.database(), ref, seen)
        except Exception as error:
            logger.exception("an object could not be projected", extra={"fields": _fields([ref])})
            return error
        failpoint("inbox.projected")
        logger.debug("%s %s", ref.kind, outcome)
        return None


def _fields(refs: Iterable[Ref]) -> dict[str, str]:
    return {"objects": ", ".join(f"{ref.kind} {ref.id}" for ref in refs)}
