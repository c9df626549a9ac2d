"""Setting a Stripe account up and checking it: what operators need and customers never cause."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from operator import attrgetter
from typing import Any, Final

import stripe

from portal_app.kit.clock import wall_now
from portal_app.provider.stripe.refusals import translated_errors
from portal_app.provider.stripe.transport import StripeTransport


@dataclass(frozen=True, slots=True)
class Permission:
    """What a key must be allowed: *resource* as the dashboard writes it, *path* as the SDK does."""

    resource: str
    path: str
    access: str = "Read"

    def __str__(self) -> str:
        return f"{self.resource}: {self.access}"


# What the adapter reads and writes; tests compare them with what it calls. Tax ids count as
# customers', items as their subscription's or invoice's.
PERMISSIONS: Final = (
    Permission("Products", "products"),
    Permission("Prices", "prices", "Write"),
    Permission("Coupons", "coupons"),
    Permission("Promotion Codes", "promotion_codes"),
    Permission("Customers", "customers", "Write"),
    Permission("PaymentMethods", "payment_methods", "Write"),
    Permission("SetupIntents", "setup_intents", "Write"),
    Permission("Subscriptions", "subscriptions", "Write"),
    Permission("Subscription schedules", "subscription_schedules", "Write"),
    Permission("Invoices", "invoices", "Write"),
    Permission("Checkout Sessions", "checkout.sessions", "Write"),
    Permission("PaymentIntents", "payment_intents"),
    Permission("Charges and Refunds", "refunds", "Write"),
    Permission("Disputes", "disputes"),
    Permission("Events", "events"),
    Permission("Webhook Endpoints", "webhook_endpoints", "Write"),
)


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where Stripe sends which events."""

    id: str
    url: str
    events: frozenset[str]
    enabled: bool


@dataclass(frozen=True, slots=True)
class StripeTime:
    """Stripe's clock (whole seconds) and ours, read around the same answer."""

    theirs: datetime
    asked_at: datetime
    answered_at: datetime

    @property
    def skew_seconds(self) -> float:
        """How far our clock is from theirs at least; positive when ours is ahead."""
        ahead = (self.asked_at - self.theirs).total_seconds() - 1  # their second may be over
        behind = (self.theirs - self.answered_at).total_seconds()
        return max(ahead, 0.0) - max(behind, 0.0)


class StripeAccount:
    """The account behind a key. Every method raises like the adapter's (`provider.port`)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    async def time(self) -> StripeTime:
        """Compare clocks by the answer to the first read of `PERMISSIONS`."""
        asked_at = wall_now()
        with translated_errors():
            answer: Any = await self._v1.products.list_async({"limit": 1})
        theirs = parsedate_to_datetime(answer.last_response.headers["date"])
        return StripeTime(theirs, asked_at, wall_now())

    async def allows(self, permission: Permission) -> bool:
        """Whether the key may read what *permission* names; writing can't be tried for nothing."""
        listing = attrgetter(permission.path)(self._v1)
        try:
            with translated_errors():
                await listing.list_async({"limit": 1})
        except Exception as error:
            if isinstance(error.__cause__, stripe.PermissionError):
                return False
            raise
        return True

    async def endpoints(self) -> list[WebhookEndpoint]:
        with translated_errors():
            listed = await self._v1.webhook_endpoints.list_async({"limit": 100})
        return [
            WebhookEndpoint(
                found.id, found.url, frozenset(found.enabled_events), found.status == "enabled"
            )
            for found in listed.data
        ]

    async def create_endpoint(self, url: str, events: Sequence[str]) -> str:
        """The new endpoint's signing secret, which Stripe shows this once."""
        params: Any = {
            "url": url,
            "enabled_events": list(events),
            "api_version": stripe.api_version,
            "description": "Billing Portal",
        }
        with translated_errors():
            created = await self._v1.webhook_endpoints.create_async(params)
        return created.secret or ""

    async def update_endpoint(self, endpoint_id: str, events: Sequence[str]) -> None:
        """Subscribe to exactly *events*, and switch deliveries on."""
        params: Any = {"enabled_events": list(events), "disabled": False}
        with translated_errors():
            await self._v1.webhook_endpoints.update_async(endpoint_id, params)


@asynccontextmanager
async def stripe_account(key: str, base: str | None) -> AsyncIterator[StripeAccount]:
    """The account behind *key*; *base* as for the adapter. Connections end with the block."""
    http = StripeTransport()
    client = stripe.StripeClient(
        key, base_addresses={"api": base} if base else None, http_client=http, max_network_retries=1
    )
    try:
        yield StripeAccount(client)
    finally:
        await http.close_async()
