"""What the pages of payment methods hold in a tab."""

from __future__ import annotations

from portal_app.payment_methods.state.adding import AddMethodState
from portal_app.payment_methods.state.wallets import PaymentMethodsState, RemoveMethodState

__all__ = ["AddMethodState", "PaymentMethodsState", "RemoveMethodState"]
