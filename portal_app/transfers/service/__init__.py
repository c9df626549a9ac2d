"""Handing a membership on. The actor comes first, everywhere; recipients prove theirs by a link."""

from __future__ import annotations

from portal_app.transfers.service.behind_link import (
    Offer,
    RecipientPage,
    Verdict,
    behind_link,
    mark_opened,
    offer_behind,
    recipient_page,
)
from portal_app.transfers.service.by_company import offer_as_company
from portal_app.transfers.service.confirmed import (
    confirmation_of,
    confirmation_of_taking,
    confirmation_path,
)
from portal_app.transfers.service.confirming import ConfirmedTransfer, read_transfer
from portal_app.transfers.service.deciding import approve, refuse, watch_transfers
from portal_app.transfers.service.ending import END_OLD
from portal_app.transfers.service.keeping import KEEP_OLD
from portal_app.transfers.service.moving import MOVE
from portal_app.transfers.service.offering import (
    SenderPage,
    Signed,
    Wish,
    offer,
    sender_page,
    shown_to_sender,
    signed,
    withdraw,
)
from portal_app.transfers.service.queueing import Queue, count_waiting, queue_of, waiting
from portal_app.transfers.service.receiving import (
    NEW_CUSTOMER,
    accept,
    decline,
    place_for_card,
)
from portal_app.transfers.service.stopping import behind_stop_link, it_was_not_me
from portal_app.transfers.service.subject import Subject
from portal_app.transfers.service.telling import Side, Step

__all__ = [
    "END_OLD",
    "KEEP_OLD",
    "MOVE",
    "NEW_CUSTOMER",
    "ConfirmedTransfer",
    "Offer",
    "Queue",
    "RecipientPage",
    "SenderPage",
    "Side",
    "Signed",
    "Step",
    "Subject",
    "Verdict",
    "Wish",
    "accept",
    "approve",
    "behind_link",
    "behind_stop_link",
    "confirmation_of",
    "confirmation_of_taking",
    "confirmation_path",
    "count_waiting",
    "decline",
    "it_was_not_me",
    "mark_opened",
    "offer",
    "offer_as_company",
    "offer_behind",
    "place_for_card",
    "queue_of",
    "read_transfer",
    "recipient_page",
    "refuse",
    "sender_page",
    "shown_to_sender",
    "signed",
    "waiting",
    "watch_transfers",
    "withdraw",
]
