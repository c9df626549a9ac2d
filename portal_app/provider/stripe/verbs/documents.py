"""Stripe's own documents."""

from __future__ import annotations

from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.verbs.posting import Posting
from portal_app.provider.stripe_objects import named


class DocumentVerbs(Posting):
    """`DocumentSource`."""

    async def invoice_pdf_address(self, invoice_id: str) -> str:
        found = await self._reader.get(f"/v1/invoices/{named(invoice_id)}", {})
        return Fields(found, "invoice").text_or_empty("invoice_pdf")
