"""Which membership a declaration is about, and whether it can be ended by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from portal_app.catalog.configuration import CancelPolicy
from portal_app.declarations.models import Finding
from portal_app.memberships.exits import AT_ONCE, Exit, ExitKind, plan_exit
from portal_app.memberships.rules import StripeFacts

# Of these statuses of Stripe's the running period is not paid, and still has an end.
_UNPAID: Final = frozenset({"past_due", "unpaid"})
_NONE_TO_SCHEDULE: Final = {
    ExitKind.NOTHING_RENEWS: Finding.NOTHING_RENEWS,
    ExitKind.ARRANGED: Finding.ENDS_ALREADY,
    ExitKind.OVER: Finding.ENDS_ALREADY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A running membership of the company, held by whoever has the typed address.

    *names* is what people call it: its product, its plan, its own ids.
    """

    membership_id: str
    facts: StripeFacts
    names: tuple[str, ...]


def meant(candidates: Sequence[Candidate], words: str) -> Candidate | Finding:
    """The only one, or the only one that the words name; NONE or SEVERAL.

    With one membership there is nothing to mistake it for, whatever somebody calls it.
    """
    if len(candidates) == 1:
        return candidates[0]
    written = _plain(words)
    named = [
        one for one in candidates if any(name and _plain(name) in written for name in one.names)
    ]
    if len(named) == 1:
        return named[0]
    return Finding.SEVERAL if candidates else Finding.NONE


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def scheduled_exit(facts: StripeFacts, *, wished_on: date | None, now: datetime) -> Exit | Finding:
    """The end of the period that is running, or why there is none to schedule.

    Never at once, whatever the company's policy: nobody has proved who they are. A period that was
    not paid ends with its end, too, so that it can be taken back.
    """
    planned = plan_exit(facts, CancelPolicy(at_once=False), now)
    if planned.kind in _NONE_TO_SCHEDULE:
        return _NONE_TO_SCHEDULE[planned.kind]
    if facts.cancel_at_period_end or facts.cancel_at:
        return Finding.ENDS_ALREADY
    if facts.stripe_status in _UNPAID:
        end = facts.current_period_end
        planned = Exit(kind=ExitKind.AT_PERIOD_END, takes_effect_at=end)
    end = planned.takes_effect_at
    if planned.kind in AT_ONCE or end is None or end <= now:
        return Finding.NO_PERIOD
    return Finding.LATER_DATE if wished_on and wished_on > end.date() else planned
