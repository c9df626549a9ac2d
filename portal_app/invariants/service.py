"""Looks for what breaks a rule: everywhere at once, or a slice of each table at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invariants.rules import CONTRADICTIONS, RULES, Condition, Rule
from portal_app.kit.db import Database

logger = logging.getLogger(__name__)
SLICE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Violation:
    """Rows that break a rule, by their ids; there may be more of them."""

    rule: Rule
    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule.name}: {', '.join(self.ids)}"


async def violations(db: Database, rules: Sequence[Rule] = RULES) -> list[Violation]:
    """Look at every row there is: for a person who asks, after a restore, and for tests."""
    async with db.reading() as session:
        found = [Violation(rule, await _ids(session, rule.offenders())) for rule in rules]
    return [one for one in found if one.ids]


async def contradictions(db: Database) -> list[Violation]:
    """The same for what is wrong whatever the time."""
    return await violations(db, CONTRADICTIONS)


async def _ids(session: AsyncSession, statement: Select[str]) -> tuple[str, ...]:
    return tuple((await session.scalars(statement)).all())


@dataclass
class _Round:
    """How far a rule's table was looked through, and what has been found in it so far."""

    after: str = ""
    found: int = 0


@dataclass
class Sweep:
    """Goes through the tables SLICE rows at a time, so that no run costs more than a few reads.

    `counts` says for each rule how many rows broke it, in the last round through its table or in
    the present one, whichever has more: what was mended is forgotten a round later.
    """

    counts: dict[str, int] = field(default_factory=lambda: {rule.name: 0 for rule in RULES})
    _rounds: dict[str, _Round] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    async def run(self, db: Database) -> None:
        """Look at the next slice for every rule."""
        for rule in RULES:
            async with db.reading() as session:
                await self._look(session, rule)

    async def _look(self, session: AsyncSession, rule: Rule) -> None:
        present = self._rounds.setdefault(rule.name, _Round())
        end = await _end_of_slice(session, rule, present.after) if rule.is_swept else None
        within = _slice(rule, present.after, end) if rule.is_swept else ()
        ids = await _ids(session, rule.offenders(*within))
        if ids:
            fields = {"rule": rule.name, "rows": ", ".join(ids)}
            logger.error("the database contradicts itself", extra={"fields": fields})
        present.found += len(ids)
        if end is None:
            self._last[rule.name] = present.found
            self._rounds[rule.name] = _Round()
        else:
            present.after = end
        self.counts[rule.name] = max(present.found, self._last.get(rule.name, 0))


def _slice(rule: Rule, after: str, end: str | None) -> tuple[Condition, ...]:
    identifier = rule.table.c.id
    return (identifier > after,) if end is None else (identifier > after, identifier <= end)


async def _end_of_slice(session: AsyncSession, rule: Rule, after: str) -> str | None:
    """The last id of the slice; None when the table ends within it."""
    identifier = rule.table.c.id
    ids = select(identifier).where(identifier > after).order_by(identifier).limit(SLICE).subquery()
    count, last = (await session.execute(select(func.count(), func.max(ids.c.id)))).one()
    return str(last) if count == SLICE else None


# This process's: the housekeeping loop moves it on, and `/metrics` shows its counts.
sweep: Final = Sweep()
