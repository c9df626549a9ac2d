"""Pausing and resuming at the payment provider; for what all verbs have in common see `writing`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal_app.provider.facts import SubscriptionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPause:
    """A pause of the subscription itself from *pauses_at* (None is now) until *resumes_at*.

    Nothing of the period is credited, unless it is to be *credited_whole*: then all of it comes off
    the charge with which it resumes.
    """

    pauses_at: datetime | None
    resumes_at: datetime
    credited_whole: bool = False


class PauseWriter(Protocol):
    """Two ways to pause: the subscription itself, or only the collecting of its payments."""

    async def pause_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        """Now, without credit for the rest of the period."""
        ...

    async def schedule_pause(
        self, subscription_id: str, pause: PlannedPause, *, schedule_id: str | None, key: str
    ) -> SubscriptionFacts:
        """Added to the schedule that the subscription has (*schedule_id*), else to one of its own.

        It resumes with a new period, and only once that is paid. For flexible billing that is
        charged automatically.
        """
        ...

    async def clear_pauses(self, schedule_id: str, *, key: str) -> None:
        """What a schedule was to pause and resume; the schedule stays."""
        ...

    async def resume_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        """A new period begins now and is charged at once; unpaid, the pause goes on.

        Raises CardDeclined and AuthenticationRequired.
        """
        ...

    async def pause_collection(
        self, subscription_id: str, *, resumes_at: datetime | None, key: str
    ) -> SubscriptionFacts:
        """Invoices are voided until *resumes_at*, or until it is taken back."""
        ...

    async def resume_collection(self, subscription_id: str, *, key: str) -> SubscriptionFacts: ...
