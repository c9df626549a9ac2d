"""What a person has on file to pay with, and adding to it. The actor comes first, everywhere."""

from __future__ import annotations

from portal_app.payment_methods.service.adding import (
    find_wallet,
    finish_setup,
    open_page,
    open_setup,
)
from portal_app.payment_methods.service.setups import (
    Uses,
    change_uses,
    note_setup,
    unused_setup,
    uses_of_setup,
)
from portal_app.payment_methods.service.wallets import (
    Wallet,
    default_of,
    find_method,
    find_method_or_copy,
    list_wallets,
    substitutes,
)

__all__ = [
    "Uses",
    "Wallet",
    "change_uses",
    "default_of",
    "find_method",
    "find_method_or_copy",
    "find_wallet",
    "finish_setup",
    "list_wallets",
    "note_setup",
    "open_page",
    "open_setup",
    "substitutes",
    "unused_setup",
    "uses_of_setup",
]
