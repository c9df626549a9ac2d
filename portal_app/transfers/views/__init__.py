"""What the pages of a transfer show, as plain text."""

from portal_app.transfers.views.confirmation import transfer_document
from portal_app.transfers.views.receiving import (
    AcceptForm,
    MethodOption,
    OfferView,
    accept_form,
    dead_view,
    not_theirs_view,
    offer_view,
)
from portal_app.transfers.views.sending import Stage, TransferView, transfer_view
from portal_app.transfers.views.wording import blocked_sentence, price_of_terms

__all__ = [
    "AcceptForm",
    "MethodOption",
    "OfferView",
    "Stage",
    "TransferView",
    "accept_form",
    "blocked_sentence",
    "dead_view",
    "not_theirs_view",
    "offer_view",
    "price_of_terms",
    "transfer_document",
    "transfer_view",
]
