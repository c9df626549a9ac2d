"""Pure decisions about payment methods."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from portal_app.payment_methods.models import PaymentMethod, SetupStatus

# Stripe's statuses of a setup that was confirmed; what needs another method has been refused.
_STATUSES: Final = {
    "requires_confirmation": SetupStatus.PROCESSING,
    "processing": SetupStatus.PROCESSING,
    "requires_action": SetupStatus.REQUIRES_ACTION,
    "succeeded": SetupStatus.SUCCEEDED,
}


def setup_status(stripe_status: str) -> SetupStatus:
    return _STATUSES.get(stripe_status, SetupStatus.CANCELED)


def expires_before(method: PaymentMethod, moment: datetime) -> bool:
    """Whether a card is no longer valid at *moment*; it is until the end of its month."""
    return expired_at(method.exp_month, method.exp_year, moment)


def expired_at(exp_month: int | None, exp_year: int | None, moment: datetime) -> bool:
    """The same of a card of which only its date is known."""
    if not (exp_month and exp_year):
        return False
    return (exp_year, exp_month) < (moment.year, moment.month)
