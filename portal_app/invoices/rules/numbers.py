"""Numbers of receipts; invoices carry Stripe's."""

from __future__ import annotations

import hashlib
from typing import Final

RECEIPT: Final = "R-"


def receipt_number(payment_id: str, invoice_number: str = "") -> str:
    """`R-` and the invoice's number; without one, `R-` and ten characters made of the payment's id.

    The id itself is long and mixes capitals; nobody could read it out on the telephone.
    """
    own = hashlib.sha256(payment_id.encode()).hexdigest()[:10].upper()
    return f"{RECEIPT}{invoice_number or own}"
