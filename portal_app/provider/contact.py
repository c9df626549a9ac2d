"""Whether the provider answers, as this process last saw it; kept in memory, read by `ingest`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal_app.kit.clock import wall_now


@dataclass
class Contact:
    """Wall times of the last answer and of the last call without one; None before the first.

    *failing_since* is the first call without an answer after the last answer. A refusal is an
    answer.
    """

    answered_at: datetime | None = None
    failed_at: datetime | None = None
    failing_since: datetime | None = None

    def answered(self) -> None:
        self.answered_at, self.failing_since = wall_now(), None

    def failed(self) -> None:
        self.failed_at = wall_now()
        self.failing_since = self.failing_since or self.failed_at


contact = Contact()
