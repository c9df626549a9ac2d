"""What the clock page says about a moment, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from babel.dates import format_datetime, format_timedelta

from portal_app.kit.clock import from_unix
from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader, Tone

_AHEAD: Final[dict[str, tuple[str, Tone]]] = {
    "card_expires": ("{title} expires", "warn"),
    "changes": ("{title} changes its plan", "info"),
    "dispute_is_due": ("A dispute over {amount} has to be answered", "warn"),
    "ends": ("{title} ends", "danger"),
    "pauses": ("{title} pauses", "muted"),
    "renews": ("{title} renews for {amount}", "ok"),
    "resumes": ("{title} resumes", "ok"),
    "retries": ("{title}: {amount} is tried again", "warn"),
    "trial_ends": ("The trial of {title} ends", "info"),
}
_BEHIND: Final[dict[str, tuple[str, Tone]]] = {
    "dispute_closed": ("A dispute over {amount} was decided", "muted"),
    "ended": ("{title} ended", "danger"),
    "failed": ("{title}: {amount} could not be charged", "warn"),
    "paid": ("{title}: {amount} was paid", "ok"),
    "paused": ("{title} paused", "muted"),
    "resumed": ("{title} resumed", "ok"),
}
_COUNTS: Final[dict[str, str]] = {
    "dispute_closed": "Disputes decided: {count}",
    "ended": "Ended: {count}",
    "failed": "Failed: {count}",
    "paid": "Paid: {count}",
    "paused": "Paused: {count}",
    "resumed": "Resumed: {count}",
}
DECLINES: Final[dict[str, str]] = {
    "insufficient_funds": "Not enough money",
    "generic_decline": "Declined without a reason",
    "expired_card": "Card expired",
    "lost_card": "Card lost",
    "processing_error": "Processing error",
    "authentication_required": "Authentication required",
}


_NEAR: Final = timedelta(days=60)


@dataclass(frozen=True)
class Line:
    """One moment of the list. `at` is where its button goes, in Unix seconds."""

    at: int
    when: str
    distance: str
    text: str
    tone: Tone
    email: str
    href: str


@dataclass(frozen=True)
class Teller:
    """Says moments to one reader; `members` lead from subscriptions to holdings."""

    locale: str
    members: Mapping[str, str]

    def ahead(self, moment: dict[str, Any], now: datetime) -> Line:
        at = from_unix(moment["at"])
        return self._line(moment, _AHEAD, self._apart(at - now))

    def _apart(self, apart: timedelta) -> str:
        """`in 24 days`: near moments by the day, as weeks would be all alike."""
        if apart < timedelta(minutes=1):
            return ""
        near = timedelta(days=1) <= apart < _NEAR
        return format_timedelta(
            apart,
            granularity="day" if near else "second",
            threshold=_NEAR.days if near else 0.85,
            add_direction=True,
            locale=supported(self.locale),
        )

    def behind(self, moment: dict[str, Any]) -> Line:
        return self._line(moment, _BEHIND, "")

    def count(self, kind: str, count: int) -> tuple[str, Tone]:
        return Reader(self.locale).say(_COUNTS[kind], count=count), _BEHIND[kind][1]

    def moment(self, at: datetime) -> str:
        """The day and the minute: `31 May 2026, 12:00`."""
        language = supported(self.locale)
        pattern = {"en": "d MMM y, HH:mm"}.get(language, "d. MMMM y, HH:mm")
        return format_datetime(at, pattern, locale=language)

    def _line(
        self, moment: dict[str, Any], words: dict[str, tuple[str, Tone]], distance: str
    ) -> Line:
        reader = Reader(self.locale)
        text, tone = words[moment["kind"]]
        amount = ""
        if moment["amount"] is not None:
            amount = reader.money(Money.from_stripe(moment["amount"], moment["currency"]))
        title = moment["title"] or reader.say("An invoice")
        member = self.members.get(moment["subscription"] or "")
        return Line(
            at=moment["at"],
            when=self.moment(from_unix(moment["at"])),
            distance=distance,
            text=reader.say(text, title=title, amount=amount),
            tone=tone,
            email=moment["email"] or "",
            href=f"/billing/manage/{member}/" if member else "",
        )
