"""Payment methods as people read them."""

from __future__ import annotations

from portal_app.payment_methods.views.adding import (
    AddMethodView,
    UseChoice,
    add_href,
    add_method_view,
    further_choices,
    wallet_choices,
)
from portal_app.payment_methods.views.labels import (
    PaymentMethodView,
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
    WalletChoice,
    WalletsView,
    WalletView,
    wallets_view,
)

__all__ = [
    "AddMethodView",
    "Choice",
    "MethodRow",
    "PaymentMethodView",
    "RemovalView",
    "Use",
    "UseChoice",
    "WalletChoice",
    "WalletView",
    "WalletsView",
    "add_href",
    "add_method_view",
    "expiry_of",
    "further_choices",
    "label_of",
    "method_label",
    "method_view",
    "month_of",
    "removal_view",
    "wallet_choices",
    "wallets_view",
]
