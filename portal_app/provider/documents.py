"""Documents that the provider itself makes."""

from __future__ import annotations

from typing import Protocol


class DocumentSource(Protocol):
    async def invoice_pdf_address(self, invoice_id: str) -> str:
        """Where the provider's own PDF of an invoice can be had right now; empty where it has none.

        Addresses expire (docs.stripe.com/api/invoices/object#invoice_object-invoice_pdf), so they
        are asked for when somebody wants to go there, and kept nowhere.
        """
        ...
