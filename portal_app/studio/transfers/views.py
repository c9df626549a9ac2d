"""What waits for the company's word, as plain text."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from portal_app.transfers.queue_repository import WaitingRow
from portal_app.transfers.rules import masked
from portal_app.transfers.service import Queue
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """*sender* is a customer of the company's, whom it knows; *recipient* is none yet: masked.

    *held* says why it would not go out at once; *until* that nobody needs to answer after that.
    """

    id: str = ""
    product: str = ""
    sender: str = ""
    href: str = ""
    recipient: str = ""
    since: str = ""
    held: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """*later* and *first* are addresses of pages, empty where there is none to go to."""

    rows: list[WaitingView] = field(default_factory=list)
    later: str = ""
    first: str = ""


def queue_view(reader: Reader, company_id: str, queue: Queue, *, after: str) -> QueueView:
    here = {"company": company_id}
    return QueueView(
        rows=[_row(reader, company_id, row, queue) for row in queue.rows],
        later=_address(here | {"after": queue.after}) if queue.after else "",
        first=_address(here) if after else "",
    )


def _address(query: dict[str, str]) -> str:
    return f"/studio/transfers/?{urlencode(query)}"


def _row(reader: Reader, company_id: str, row: WaitingRow, queue: Queue) -> WaitingView:
    transfer = row.transfer
    held = transfer.held_until
    return WaitingView(
        id=transfer.id,
        product=" · ".join(name for name in dict.fromkeys((row.product, row.plan)) if name),
        sender=row.sender or reader.say("Unknown"),
        href=f"/studio/memberships/{transfer.membership_id}/?{urlencode({'company': company_id})}",
        recipient=masked(transfer.recipient_address),
        since=reader.moment(transfer.asked_at),
        held=reader.say(
            "How the sender signs in has changed lately: it is sent on {moment} at the earliest.",
            moment=reader.moment(held),
        )
        if held is not None and held > queue.as_of
        else "",
        until=reader.moment(transfer.expires_at),
    )
