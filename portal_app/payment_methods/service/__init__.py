"""What a person has on file to pay with, and adding to it. The actor comes first, everywhere."""

from __future__ import annotations

from portal_app.payment_methods.service.adding import find_wallet, finish_setup, open_setup
from portal_app.payment_methods.service.wallets import (
    Wallet,
    default_of,
    find_method,
    find_method_or_copy,
    list_wallets,
    substitutes,
)

__all__ = [
    "Wallet",
    "default_of",
    "find_method",
    "find_method_or_copy",
    "find_wallet",
    "finish_setup",
    "list_wallets",
    "open_setup",
    "substitutes",
]
