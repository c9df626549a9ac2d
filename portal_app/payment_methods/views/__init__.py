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
from portal_app.payment_methods.views.declines import (
    DECLINES,
    Decline,
    decline_of,
    decline_sentence,
    decline_sentences,
)
from portal_app.payment_methods.views.labels import (
    PaymentMethodView,
    expiry_of,
    failure_or_expiry,
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
    WalletChoice,
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
    "UseChoice",
    "WalletChoice",
    "WalletView",
    "WalletsView",
    "add_href",
    "add_method_view",
    "decline_of",
    "decline_sentence",
    "decline_sentences",
    "expiry_of",
    "failure_or_expiry",
    "further_choices",
    "label_of",
    "method_label",
    "method_view",
    "month_of",
    "pay_offer",
    "removal_view",
    "wallet_choices",
    "wallets_view",
]
