"""Writing to Stripe: POST and DELETE requests with an idempotency key, answers as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal_app.provider.facts import CustomerFacts, InvoiceFacts, SubscriptionFacts
from portal_app.provider.stripe.customers import customer_facts
from portal_app.provider.stripe.invoices import invoice_facts
from portal_app.provider.stripe.reading import completed
from portal_app.provider.stripe.refusals import translated_errors
from portal_app.provider.stripe.subscriptions import subscription_facts
from portal_app.provider.stripe_objects import StripeObjects, named


class Posting(StripeObjects):
    """What the verbs are made of. The SDK repeats a request only under the same key."""

    async def _post(self, path: str, params: Mapping[str, Any], key: str | None) -> Any:  # noqa: ANN401
        return await self._write("post", path, params, key)

    async def _delete(self, path: str, params: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401
        return await self._write("delete", path, params, key)

    async def _write(
        self, method: str, path: str, params: Mapping[str, Any], key: str | None
    ) -> Any:  # noqa: ANN401 -- JSON
        with translated_errors():
            return await self._reader.send(method, path, params, key)

    async def _customer_after(
        self, path: str, params: Mapping[str, Any], key: str
    ) -> CustomerFacts:
        customer = await self._post(path, {**params, "expand": ["tax_ids"]}, key)
        return customer_facts(await self._with_tax_ids(customer))

    async def _subscription_after(
        self, subscription_id: str, params: Mapping[str, Any], key: str, *, action: str = ""
    ) -> SubscriptionFacts:
        path = f"/v1/subscriptions/{named(subscription_id)}{action}"
        return await self._whole_subscription(
            await self._post(path, {**params, "expand": ["schedule"]}, key)
        )

    async def _whole_subscription(self, sub: Any) -> SubscriptionFacts:  # noqa: ANN401 -- JSON
        if isinstance(sub, dict):
            items = self._list("/v1/subscription_items", subscription=sub.get("id"))
            await completed(sub, "items", items)
        return subscription_facts(sub)

    async def _invoice_after(
        self, invoice_id: str, action: str, params: Mapping[str, Any], key: str
    ) -> InvoiceFacts:
        path = f"/v1/invoices/{named(invoice_id)}"
        target = f"{path}/{action}" if action else path
        answer = await self._post(target, {**params, "expand": ["payments"]}, key)
        if isinstance(answer, dict):
            await completed(answer, "lines", self._list(f"{path}/lines"))
        return invoice_facts(answer)

    async def _preview(self, params: Mapping[str, Any]) -> InvoiceFacts:
        """Changes nothing at Stripe, so it needs no key; its lines come all at once."""
        return invoice_facts(await self._post("/v1/invoices/create_preview", params, None))


def unix(moment: datetime) -> int:
    """As Stripe takes times."""
    return int(moment.timestamp())
