"""Payment methods as people read them."""

from __future__ import annotations

from portal_app.payment_methods.views.adding import (
    AddMethodView,
    WalletChoice,
    add_href,
    add_method_view,
    wallet_choices,
)
from portal_app.payment_methods.views.declines import (
    DECLINES,
    Decline,
    decline_of,
    decline_sentence,
    decline_sentences,
)
from portal_app.payment_methods.views.labels import (
    PaymentMethodView,
    expires_before,
    expiry_of,
    label_of,
    method_label,
    method_view,
    month_of,
)
from portal_app.payment_methods.views.offers import PayOffer, pay_offer
from portal_app.payment_methods.views.removal import Choice, RemovalView, removal_view
from portal_app.payment_methods.views.wallets import (
    MethodRow,
    Use,
    WalletsView,
    WalletView,
    wallets_view,
)

__all__ = [
    "DECLINES",
    "AddMethodView",
    "Choice",
    "Decline",
    "MethodRow",
    "PayOffer",
    "PaymentMethodView",
    "RemovalView",
    "Use",
    "WalletChoice",
    "WalletView",
    "WalletsView",
    "add_href",
    "add_method_view",
    "decline_of",
    "decline_sentence",
    "decline_sentences",
    "expires_before",
    "expiry_of",
    "label_of",
    "method_label",
    "method_view",
    "month_of",
    "pay_offer",
    "removal_view",
    "wallet_choices",
    "wallets_view",
]
