"""Which payment methods have just failed: nobody should be offered one as if it were fine."""

from __future__ import annotations

from collections.abc import Iterable

from portal_app.invoices.models import Payment
from portal_app.memberships.service.reading import HeldMembership
from portal_app.payment_methods.models import PaymentMethod


def has_failed(method: PaymentMethod, payment: Payment | None) -> bool:
    """Whether *payment* was tried with it in vain.

    Payments keep what a method was called, and not which one it was.
    """
    if payment is None or not payment.failure_code:
        return False
    tried = (payment.method_kind, payment.method_brand, payment.method_last4)
    return tried == (method.kind, method.brand, method.last4)


def declined(methods: Iterable[PaymentMethod], held: Iterable[HeldMembership]) -> frozenset[str]:
    """Ids of those with which the last try to charge something that is still open has failed."""
    tries = [
        (one.row.membership.customer_id, one.last_attempt) for one in held if one.unpaid is not None
    ]
    return frozenset(
        method.id
        for method in methods
        if any(
            owner == method.customer_id and has_failed(method, payment) for owner, payment in tries
        )
    )
