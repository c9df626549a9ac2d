"""Looking for what was made earlier, in the shortest list that must hold it.

Stripe's search would be one request, but lags behind by a minute and more (docs.stripe.com/search).
"""

from __future__ import annotations

from typing import Any

from portal_app.provider.answers import SetupFacts
from portal_app.provider.facts import WHOLE, CustomerFacts, RefundFacts, SubscriptionFacts
from portal_app.provider.marked import MARK
from portal_app.provider.stripe.customers import customer_facts
from portal_app.provider.stripe.invoices import refund_facts
from portal_app.provider.stripe.setups import setup_facts
from portal_app.provider.stripe.verbs.posting import Posting


class FindVerbs(Posting):
    """`MarkedObjects`."""

    async def find_customer(self, email: str, intent_id: str) -> CustomerFacts | None:
        always = {"email": email, "expand": ["data.tax_ids"]}
        found = await self._marked("/v1/customers", intent_id, **always)
        return customer_facts(await self._with_tax_ids(found)) if found else None

    async def find_subscription(self, customer_id: str, intent_id: str) -> SubscriptionFacts | None:
        always = {"customer": customer_id, "status": "all", "expand": ["data.schedule"]}
        found = await self._marked("/v1/subscriptions", intent_id, **always)
        return await self._whole_subscription(found) if found else None

    async def find_setup_intent(self, customer_id: str, intent_id: str) -> SetupFacts | None:
        found = await self._marked("/v1/setup_intents", intent_id, customer=customer_id)
        return setup_facts(found) if found else None

    async def find_refund(self, payment_id: str, intent_id: str) -> RefundFacts | None:
        found = await self._marked("/v1/refunds", intent_id, payment_intent=payment_id)
        return refund_facts(found) if found else None

    async def _marked(self, path: str, intent_id: str, **always: object) -> dict[str, Any] | None:
        async for page in self._list(path, **always).pages(lambda obj: obj, WHOLE):
            for obj in page.facts:
                if isinstance(obj, dict) and (obj.get("metadata") or {}).get(MARK) == intent_id:
                    return obj
        return None
