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
# And where nobody knows whether it was done.
_STALLED: Final = (
    "The payment provider did not answer for days, and it was given up to end {membership}. It can"
    " be tried again: portal jobs replay {intent} --queue intents."
)


def found_text(reader: Reader, row: Declaration, membership: str) -> str:
    """In a sentence; empty for what the loop has not looked at yet."""
    if row.finding is None:
        return ""
    sums = row.refund
    due = sums.get("unrefunded_minor", sums.get("back_minor", 0))
    amount = reader.money(Money(due, sums["currency"])) if "currency" in sums else ""
    if "stalled" in sums:
        return reader.say(_STALLED, membership=membership, intent=sums["stalled"])
    said = _UNREFUNDED if "unrefunded_minor" in sums else _SAID[row.finding]
    return reader.say(said, membership=membership, amount=amount)


def failed_text(reader: Reader, row: Declaration, membership: str, company: str) -> str:
    """The same for whoever was told that it would be done."""
    if "unrefunded_minor" in row.refund:
        return reader.say(
            "{membership} has ended, but your money could not be given back to what you paid with."
            " {company} has been told and sees to it.",
            membership=membership,
            company=company,
        )
    return reader.say(
        "The payment provider has not ended {membership} yet, although we asked for it. {company}"
        " has been told and sees to it. What was declared counts from when it was sent; you don't"
        " have to send it again.",
        membership=membership,
        company=company,
    )
