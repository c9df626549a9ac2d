"""Invoices: paying, voiding and previewing them; refunds and promotion codes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from portal_app.kit.money import Money
from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import WHOLE, InvoiceFacts, ListParams, RefundFacts
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.invoices import refund_facts
from portal_app.provider.stripe.verbs.posting import Posting
from portal_app.provider.stripe_objects import named


class InvoiceVerbs(Posting):
    """`InvoiceWriter`."""

    async def pay_invoice(
        self, invoice_id: str, *, method_id: str | None, key: str, off_session: bool = False
    ) -> InvoiceFacts:
        method = {"payment_method": method_id} if method_id else {}
        params = {"off_session": off_session, **method}
        return await self._invoice_after(invoice_id, "pay", params, key)

    async def confirmation_secret(self, invoice_id: str) -> str:
        found = await self._one(f"/v1/invoices/{named(invoice_id)}", "confirmation_secret")
        secret = Fields(found, "invoice").part_or_none("confirmation_secret")
        return secret.text_or_empty("client_secret") if secret else ""

    async def finalize_invoice(self, invoice_id: str, *, key: str) -> InvoiceFacts:
        return await self._invoice_after(invoice_id, "finalize", {}, key)

    async def void_invoice(self, invoice_id: str, *, key: str) -> InvoiceFacts:
        return await self._invoice_after(invoice_id, "void", {}, key)

    async def invoices_since(self, subscription_id: str, since: datetime) -> list[str]:
        listing = self._list("/v1/invoices", subscription=subscription_id)
        pages = listing.pages(_made, ListParams(since=since))
        found = [one async for page in pages for one in page.facts]
        return [invoice_id for _, invoice_id in sorted(found)]

    async def leave_to_customer(self, invoice_id: str, *, key: str) -> InvoiceFacts:
        return await self._invoice_after(invoice_id, "", {"auto_advance": False}, key)

    async def mark_uncollectible(self, invoice_id: str, *, key: str) -> InvoiceFacts:
        return await self._invoice_after(invoice_id, "mark_uncollectible", {}, key)

    async def preview_renewal(self, subscription_id: str) -> InvoiceFacts:
        return await self._preview({"subscription": subscription_id})

    async def preview_resume(self, subscription_id: str) -> InvoiceFacts:
        details = {"resume_at": "now", "billing_cycle_anchor": {"type": "now"}}
        return await self._preview(
            {"subscription": subscription_id, "subscription_details": details}
        )

    async def delete_pending_items(
        self, customer_id: str, subscription_id: str, *, key: str
    ) -> int:
        listing = self._list("/v1/invoiceitems", customer=customer_id, pending=True)
        waiting = [item async for page in listing.pages(_pending, WHOLE) for item in page.facts]
        mine = [item for item, owner in waiting if owner == subscription_id]
        for item in mine:
            with suppress(UnknownAtProvider):
                await self._delete(f"/v1/invoiceitems/{named(item)}", {}, f"{key}/{item}")
        return len(mine)

    async def create_refund(
        self, payment_id: str, *, amount: Money | None, metadata: Mapping[str, str], key: str
    ) -> RefundFacts:
        params: dict[str, Any] = {"payment_intent": payment_id, "metadata": dict(metadata)}
        if amount is not None:
            params["amount"] = amount.to_stripe()
        return refund_facts(await self._post("/v1/refunds", params, key))


def _made(obj: object) -> tuple[datetime, str]:
    """When, and its id."""
    invoice = Fields(obj, "invoice")
    return invoice.moment("created"), invoice.text("id")


def _pending(obj: object) -> tuple[str, str | None]:
    """An invoice item's id, and the subscription that it came from."""
    item = Fields(obj, "invoiceitem")
    parent = item.part_or_none("parent")
    details = parent.part_or_none("subscription_details") if parent else None
    return item.text("id"), details.ref_or_none("subscription") if details else None
