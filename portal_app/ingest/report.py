"""What an import found and did, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal_app.kit.observed import Outcome
from portal_app.provider.facts import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of one kind: objects the provider has, rows changed by them, and objects left out.

    *skipped* could not be read; *unrelated* were read but belong to nothing we know, such as a
    guest's payment.
    """

    seen: int = 0
    written: int = 0
    skipped: int = 0
    unrelated: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(
            seen=self.seen + other.seen,
            written=self.written + other.written,
            skipped=self.skipped + other.skipped,
            unrelated=self.unrelated + other.unrelated,
        )


def counted(page: Page[Any], outcomes: Sequence[Outcome]) -> Counts:
    """The figures of one page that was written."""
    return Counts(
        seen=len(page.facts) + len(page.malformed),
        written=outcomes.count(Outcome.WRITTEN),
        skipped=len(page.malformed),
        unrelated=outcomes.count(Outcome.UNRELATED),
    )


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts by kind, in the order of the import."""

    kinds: dict[str, Counts]

    @property
    def total(self) -> Counts:
        total = Counts()
        for counts in self.kinds.values():
            total = total.plus(counts)
        return total

    @property
    def seen(self) -> int:
        return self.total.seen

    @property
    def written(self) -> int:
        return self.total.written

    @property
    def skipped(self) -> int:
        return self.total.skipped
