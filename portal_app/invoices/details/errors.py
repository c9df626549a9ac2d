"""Refusals about billing details."""

from __future__ import annotations

from portal_app.invoices.details.tax_id import TaxId
from portal_app.kit.errors import NotFound
from portal_app.provider.errors import RefusedByProvider


class CustomerNotFound(NotFound):
    """Unknown, malformed and somebody else's: all the same answer."""

    code = "customer_not_found"

    def __init__(self) -> None:
        super().__init__("We can't find the purchase that these details are for.")


class TaxIdRefused(RefusedByProvider):
    """Stripe does not take a tax id; nothing was changed."""

    code = "tax_id_invalid"

    def __init__(self, tax_id: TaxId) -> None:
        super().__init__(sentence="The payment provider doesn't accept this tax ID.")
        self.tax_id = tax_id
