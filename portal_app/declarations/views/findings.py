"""What a declaration was found to be about, for whoever has to decide."""

from __future__ import annotations

from typing import Final

from portal_app.declarations.models import Declaration, Finding
from portal_app.kit.money import Money
from portal_app.ui.reader import Reader

_SAID: Final = {
    Finding.SCHEDULED: "{membership} ends with its period; you decide whether it ends at once.",
    Finding.IN_TIME: "A withdrawal from {membership}, in time. To be given back: {amount}.",
    Finding.TOO_LATE: "A withdrawal from {membership}, after the time for it.",
    Finding.NONE: "No running membership has this address.",
    Finding.SEVERAL: "Several memberships have this address, and it doesn't say which is meant.",
    Finding.NOTHING_RENEWS: "{membership} was bought once: nothing renews.",
    Finding.ENDS_ALREADY: "{membership} ends already.",
    Finding.NO_PERIOD: "{membership} has no period that is paid and runs out.",
    Finding.LATER_DATE: "{membership} shall end later than with its period.",
    Finding.TAKEN_BACK: "Its holder took back a declaration about {membership} lately.",
    Finding.REFUSED: "The payment provider refused to end {membership}.",
}
# Of what was refused, where only the money did not go back.
_UNREFUNDED: Final = "{membership} has ended, but the payment provider did not give {amount} back."


def found_text(reader: Reader, row: Declaration, membership: str) -> str:
    """In a sentence; empty for what the loop has not looked at yet."""
    if row.finding is None:
        return ""
    sums = row.refund
    due = sums.get("unrefunded_minor", sums.get("back_minor", 0))
    amount = reader.money(Money(due, sums["currency"])) if sums else ""
    said = _UNREFUNDED if "unrefunded_minor" in sums else _SAID[row.finding]
    return reader.say(said, membership=membership, amount=amount)
