"""What an open page does when something of its person's changed."""

from __future__ import annotations

from typing import Any, Final

from portal_app.invoices.details.state import BillingDetailsState
from portal_app.invoices.recipients.state import RecipientsState
from portal_app.invoices.state import EntryState, HistoryState
from portal_app.memberships.state import (
    CancelState,
    MembershipState,
    OrdersState,
    OverdueState,
    PausingState,
    PayState,
    PlanState,
    RejoinState,
    UpcomingState,
)
from portal_app.payment_methods.state import PaymentMethodsState
from portal_app.transfers.state import TransferState

# Each looks first whether its page is the one that is open.
FOLLOWING: Final[tuple[Any, ...]] = (
    OrdersState.refresh,
    MembershipState.refresh,
    UpcomingState.refresh,
    PaymentMethodsState.refresh,
    PayState.refresh,
    PlanState.refresh,
    CancelState.refresh,
    PausingState.refresh,
    RejoinState.refresh,
    TransferState.refresh,
    OverdueState.refresh,
    BillingDetailsState.refresh,
    RecipientsState.refresh,
    HistoryState.refresh,
    EntryState.refresh,
)
