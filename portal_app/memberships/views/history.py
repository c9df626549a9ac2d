"""A membership's history, one sentence per event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal_app.kit.money import Money
from portal_app.memberships.models import MembershipEvent
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """*when* as people read it, *moment* as ISO 8601 for machines."""

    id: str = ""
    when: str = ""
    moment: str = ""
    sentence: str = ""


# In the order in which things happen, for events of one and the same moment.
_PLAIN: Final = {
    "created": "Membership set up",
    "claimed": "Linked to your account",
    "linked": "Linked to your account by support",
    "transfer_offered": "Transfer offered",
    "transfer_approved": "Transfer approved by the seller",
    "transfer_refused": "Transfer not approved by the seller",
    "transfer_withdrawn": "Transfer withdrawn",
    "transfer_declined": "Transfer declined",
    "transfer_expired": "Transfer offer expired",
    "transfer_failed": "Transfer could not be completed",
    "transferred": "Transferred to you",
    "trial_started": "Trial started",
    "trial_ended": "Trial ended",
    "activated": "Membership started",
    "renewed": "Renewed",
    "payment_failed": "Payment failed",
    "recovered": "Overdue payment made",
    "disputed": "Payment disputed with the bank",
    "dispute_closed": "Dispute of a payment closed",
    "plan_change_scheduled": "Change of plan arranged",
    "plan_change_withdrawn": "Change of plan taken back",
    "plan_changed": "Plan changed",
    "promotion_applied": "Promotion code used",
    "payment_method_changed": "Payment method changed",
    "pause_scheduled": "Pause arranged",
    "pause_undone": "Pause taken back",
    "pause_began": "Pause began",
    "paused": "Paused",
    "resumed": "Resumed",
    "cancel_scheduled": "Cancelled",
    "cancel_undone": "Cancellation taken back",
    "won_back": "Stayed with an offer",
    "canceled": "Ended",
    "rejoined": "Joined again",
    "extended": "Extended",
    "reactivated": "Reactivated",
    "expired": "Expired: the first payment was not finished",
}
_WITH_AMOUNT: Final = {
    "renewed": "Renewed for {amount}",
    "payment_failed": "Payment of {amount} failed",
    "recovered": "Overdue payment of {amount} made",
    "disputed": "Payment of {amount} disputed with the bank",
    "dispute_closed": "Dispute of a payment of {amount} closed",
}
_WITH_DATE: Final = {
    "extended": ("until", "Extended until {date}"),
    "trial_started": ("trial_end_at", "Trial started, until {date}"),
    "pause_scheduled": ("takes_effect_at", "Pause arranged, from {date}"),
    "plan_change_scheduled": ("takes_effect_at", "Change of plan arranged for {date}"),
    "paused": ("resumes_at", "Paused until {date}"),
    "cancel_scheduled": ("takes_effect_at", "Cancelled, ends on {date}"),
}
# A kind that this version does not know is still shown: something happened.
_OTHER: Final = "Membership updated"
_ORDER: Final = {kind: at for at, kind in enumerate(_PLAIN)}


def timeline_rows(reader: Reader, events: Iterable[MembershipEvent]) -> list[TimelineRow]:
    """Newest first; events of one moment in the order in which such things happen."""
    ordered = sorted(
        events, key=lambda event: (event.happened_at, _ORDER.get(event.kind, 0)), reverse=True
    )
    return [_row(reader, event) for event in ordered]


def _row(reader: Reader, event: MembershipEvent) -> TimelineRow:
    return TimelineRow(
        id=event.id,
        when=reader.date(event.happened_at),
        moment=event.happened_at.isoformat(),
        sentence=_sentence(reader, event),
    )


def _sentence(reader: Reader, event: MembershipEvent) -> str:
    kind, after = event.kind, event.after
    if kind in _WITH_AMOUNT and after.get("currency"):
        amount = Money(int(after["amount_minor"]), str(after["currency"]))
        return reader.say(_WITH_AMOUNT[kind], amount=reader.money(amount))
    if kind in _WITH_DATE:
        name, text = _WITH_DATE[kind]
        moment = moment_in(after, name)
        if moment is not None:
            return reader.say(text, date=reader.date(moment))
    return reader.say(_PLAIN.get(kind, _OTHER))


def moment_in(document: Mapping[str, Any], name: str) -> datetime | None:
    """A time in a stored document (ISO 8601 with its zone); None when it says none."""
    stored = document.get(name)
    return datetime.fromisoformat(stored) if isinstance(stored, str) else None
