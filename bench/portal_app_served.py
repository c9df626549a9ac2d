"""The whole portal with two handlers that only benchmarks have."""

from __future__ import annotations

import os

import reflex as rx
from starlette.types import ASGIApp

from portal_app import asgi

# Before anything of the portal is imported that Reflex reads them for.
os.environ.update(asgi.REFLEX)

from portal_app.identity.policy import Policy, allow
from portal_app.kit.errors import PortalError
from portal_app.provider.stripe_adapter import StripeProvider

HANGING = "BENCH_HANGING_STRIPE"


class BenchState(rx.State):
    """The same handler as the empty app's, for whoever is signed in; and one that asks Stripe.

    No handler of the portal calls Stripe yet, so that this one does it, through the real adapter.
    """

    count: int = 0

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def touch(self) -> None:
        self.count += 1

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def ask_stripe(self) -> None:
        stripe = StripeProvider("sk_test_sandbox", os.environ[HANGING])
        try:
            await stripe.customer("cus_1")
        except PortalError:
            self.count = -1
        finally:
            await stripe.close()


def application() -> ASGIApp:
    return asgi.application()
