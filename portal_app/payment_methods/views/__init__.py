"""Payment methods as people read them."""

from __future__ import annotations

from portal_app.payment_methods.views.labels import (
    PaymentMethodView,
    expires_before,
    expiry_of,
    label_of,
    method_label,
    method_view,
    month_of,
)
from portal_app.payment_methods.views.removal import Choice, RemovalView, removal_view
from portal_app.payment_methods.views.wallets import (
    MethodRow,
    Use,
    WalletsView,
    WalletView,
    wallets_view,
)

__all__ = [
    "Choice",
    "MethodRow",
    "PaymentMethodView",
    "RemovalView",
    "Use",
    "WalletView",
    "WalletsView",
    "expires_before",
    "expiry_of",
    "label_of",
    "method_label",
    "method_view",
    "month_of",
    "removal_view",
    "wallets_view",
]
