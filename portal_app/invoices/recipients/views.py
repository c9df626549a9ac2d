"""The list of who else gets receipts, as its owner reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.invoices.recipients.models import ReceiptRecipient
from portal_app.invoices.recipients.rules import MOST, gets_receipts, invitation_ends
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientView:
    """*waits* when the address has not agreed yet; *note* says until when it can."""

    id: str = ""
    address: str = ""
    waits: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientsView:
    """*full* when there is no room for another."""

    rows: list[RecipientView] = field(default_factory=list)
    full: bool = False


def recipients_view(
    reader: Reader, rows: Sequence[ReceiptRecipient], *, now: datetime
) -> RecipientsView:
    return RecipientsView(rows=[_row(reader, row, now) for row in rows], full=len(rows) >= MOST)


def _row(reader: Reader, row: ReceiptRecipient, now: datetime) -> RecipientView:
    waits = not gets_receipts(row)
    return RecipientView(
        id=row.id, address=row.address, waits=waits, note=_note(reader, row, now) if waits else ""
    )


def _note(reader: Reader, row: ReceiptRecipient, now: datetime) -> str:
    ends = invitation_ends(row)
    if now >= ends:
        return reader.say("The link has expired. Send it again.")
    return reader.say("The link is valid until {date}.", date=reader.date(ends))
