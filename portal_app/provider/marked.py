"""What the portal made at the provider, found again by the intent that it was made for.

Idempotency keys may be forgotten after 24 hours (design.md §5): whoever repeats a creation later
than that looks here first. Created objects carry the intent's id in their metadata.
"""

from __future__ import annotations

from typing import Final, Protocol

from portal_app.provider.answers import SetupFacts
from portal_app.provider.facts import CustomerFacts, RefundFacts, SubscriptionFacts

MARK: Final = "portal_intent"
# On a setup intent: which row of ours says what its method shall pay for.
OPENED_FOR: Final = "portal_setup"


class MarkedObjects(Protocol):
    """Each answers the newest one whose metadata `portal_intent` is *intent_id*, or None."""

    async def find_customer(self, email: str, intent_id: str) -> CustomerFacts | None: ...

    async def find_subscription(
        self, customer_id: str, intent_id: str
    ) -> SubscriptionFacts | None: ...

    async def find_setup_intent(self, customer_id: str, intent_id: str) -> SetupFacts | None: ...

    async def find_refund(self, payment_id: str, intent_id: str) -> RefundFacts | None: ...
