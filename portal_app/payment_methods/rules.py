"""Pure decisions about payment methods."""

from __future__ import annotations

from datetime import datetime

from portal_app.payment_methods.models import PaymentMethod


def expires_before(method: PaymentMethod, moment: datetime) -> bool:
    """Whether a card is no longer valid at *moment*; it is until the end of its month."""
    if not (method.exp_month and method.exp_year):
        return False
    return (method.exp_year, method.exp_month) < (moment.year, moment.month)
